import Support
import Testing

@Suite("A database whose owner is not its admin's friend")
struct HostileSchemaTests {
    /// What fits better than PostgreSQL's own, in the schema that everybody's names are looked for: of the functions and operators that commands use.
    private static let traps = """
        create function public.trap() returns void language plpgsql as $$ begin raise exception 'trapped'; end $$;
        create function public.quote_ident(name) returns text language sql as 'select trap(); select ''x''';
        create function public.trapped_minus(numeric, integer) returns numeric language sql as 'select trap(); select 1.0';
        create operator public.- (leftarg = numeric, rightarg = integer, function = public.trapped_minus);
        """

    @Test("has no function of its own run by an admin's command, whatever is put into the schema public")
    func commands() throws {
        let empty = try Cluster.shared.get().makeEmptyDatabase()
        try empty.script(Self.traps)
        let folder = ["--folder", "\(Run.repository)/migrations"]
        #expect(try empty.debrief(["migrate", "status"] + folder).errors.hasSuffix("pending; run: debrief migrate up\n"))
        let up = try empty.debrief(["migrate", "up"] + folder)
        #expect(up.status == 0, "\(up.errors)")

        let database = try Cluster.shared.get().makeDatabase()
        try database.script(Self.traps)
        // It is a trap: where names are looked for in public, it is stepped into.
        #expect(throws: (any Error).self) { try database.value("select 1.5::numeric - 1") }
        for words in [
            ["migrate", "status"] + folder, ["tenant", "list"], ["token", "list"], ["summary", "verify"], ["tenant", "create", "--name", "A"],
        ] {
            let ran = try database.debrief(words)
            #expect(ran.status == 0, "\(words): \(ran.errors)")
        }
    }
}
