import Support
import Testing

@Suite("migrate: a folder that is not what was applied, and more")
struct MigrationHistoryTests {
    private static let applied = ["0001_a.sql": "create table a ()", "0002_b.sql": "create table b ()", "0003_c.sql": "create table c ()"]

    /// Changes to the folder, and how the line that refuses it begins.
    private static let changes: [(change: [String: String?], line: String)] = [
        (["0002_b.sql": "create table b (); "], "0002_b.sql was changed after it was applied"),
        (["0001_a.sql": "create table a () -- a"], "0001_a.sql was changed after it was applied"),
        (["0003_c.sql": nil, "0004_d.sql": nil], "0003_c.sql was applied but is not in the folder"),
        (["0002_b.sql": nil], "0002_b.sql was applied but is not in the folder"),
        (["0002_b.sql": nil, "0002_new.sql": "create table b ()"], "0002_new.sql was applied as 0002_b.sql"),
        (["0002_b.sql": "create table c ()", "0003_c.sql": "create table b ()"], "0002_b.sql was changed after it was applied"),
        (["0004_d.sql": nil, "0005_d.sql": "create table d ()"], "number 4 is missing before 0005_d.sql"),
        (["0004_e.sql": "create table e ()"], "0004_d.sql and 0004_e.sql have the same number"),
        (["0005_E.sql": "create table e ()"], "\"0005_E.sql\" is not named as a migration is"),
        (["0005_e.sql": "select '\0'"], "0005_e.sql is not text"),
    ]

    @Test("what differs from what was applied is refused by name, and then nothing is run", arguments: changes.indices)
    func refused(_ index: Int) throws {
        let (change, line) = Self.changes[index]
        let database = try Cluster.shared.get().makeEmptyDatabase()
        #expect(try database.migrate(MigrationFolder(Self.applied)).status == 0)

        var files = Self.applied
        files["0004_d.sql"] = "create table d ()"
        for (name, text) in change { files[name] = text }
        let folder = try MigrationFolder(files)
        for command in ["up", "status"] {
            let (status, output, errors) = try database.debrief(["migrate", command, "--folder", folder.path])
            #expect(status == 1)
            #expect(output.isEmpty)
            #expect(errors.hasPrefix("debrief: \(line)"), "\(errors)")
            #expect(errors.filter(\.isNewline).count == 1)
        }
        #expect(try database.tables(["a", "b", "c", "d", "e"]) == ["a", "b", "c"])
        #expect(try database.value("select count(*) from debrief_migrations") == "3")
    }

    @Test("what the folder has more is applied, in the order of the numbers, and other files are left alone")
    func more() throws {
        let database = try Cluster.shared.get().makeEmptyDatabase()
        #expect(try database.migrate(MigrationFolder(["0001_a.sql": "create table a ()"])).status == 0)
        var files = Self.applied
        files["0004_d.sql"] = "alter table c rename to d"
        files["README.md"] = "not SQL"
        files["0005_e.sql.orig"] = "not SQL"
        let (status, output, _) = try database.migrate(MigrationFolder(files))
        #expect(status == 0)
        #expect(untimed(output) == "applied 0002_b.sql\napplied 0003_c.sql\napplied 0004_d.sql\nup to date: 3 of 4 migrations applied now\n")
        #expect(try database.tables(["a", "b", "c", "d"]) == ["a", "b", "d"])
    }

    @Test("status says what is applied and what is pending, in a table and in JSON, and writes nothing")
    func status() throws {
        let database = try Cluster.shared.get().makeEmptyDatabase()
        let folder = try MigrationFolder(Self.applied)
        let before = try database.debrief(["migrate", "status", "--folder", folder.path, "--json"])
        #expect(before.status == 1)
        #expect(before.errors == "debrief: 3 of 3 migrations pending; run: debrief migrate up\n")
        #expect(JSONValue(parsing: Array(before.output.utf8))?.array?.count == 3)
        #expect(JSONValue(parsing: Array(before.output.utf8))?[0]?["applied_at"] == .null)
        #expect(try database.tables(["debrief_migrations"]) == [])

        #expect(try database.migrate(MigrationFolder(["0001_a.sql": "create table a ()"])).status == 0)
        let some = try database.debrief(["migrate", "status", "--folder", folder.path])
        #expect(some.status == 1)
        #expect(some.errors == "debrief: 2 of 3 migrations pending; run: debrief migrate up\n")
        let lines = some.output.split(separator: "\n").map { $0.split(separator: " ") }
        #expect(lines.map(\.first) == ["MIGRATION", "0001_a.sql", "0002_b.sql", "0003_c.sql"])
        #expect(lines.map(\.last).dropFirst(2) == ["pending", "pending"])

        #expect(try database.migrate(folder).status == 0)
        let after = try database.debrief(["migrate", "status", "--folder", folder.path, "--json"])
        #expect(after.status == 0 && after.errors.isEmpty)
        let entries = try #require(JSONValue(parsing: Array(after.output.utf8))?.array)
        #expect(entries.map { $0["name"]?.string } == ["0001_a.sql", "0002_b.sql", "0003_c.sql"])
        #expect(entries.map { $0["number"]?.number } == [1, 2, 3])
        #expect(entries.allSatisfy { $0["applied_at"]?.string?.hasSuffix("Z") == true })
    }

    @Test(
        "a file that fails leaves nothing of itself, and is named with the SQLSTATE",
        arguments: [
            ("create table c (); create table a ()", "relation \"a\" already exists (SQLSTATE 42P07)"),
            ("create table c (); nonsense", "syntax error at or near \"nonsense\" (SQLSTATE 42601)"),
            // Found at the commit.
            (
                "create table c (x integer unique deferrable initially deferred); insert into c values (1), (1)",
                "duplicate key value violates unique constraint \"c_x_key\" (SQLSTATE 23505)"
            ),
        ]
    )
    func failing(_ sql: String, _ message: String) throws {
        let database = try Cluster.shared.get().makeEmptyDatabase()
        let files = ["0001_a.sql": "create table a ()", "0002_c.sql": sql, "0003_d.sql": "select"]
        let (status, output, errors) = try database.migrate(MigrationFolder(files))
        #expect(status == 1)
        #expect(untimed(output) == "applied 0001_a.sql\n")
        #expect(errors == "debrief: 0002_c.sql failed and was undone: \(message)\n")
        #expect(try database.tables(["a", "c"]) == ["a"])
        // Mended, it goes on where it stopped.
        let mended = try database.migrate(MigrationFolder(["0001_a.sql": "create table a ()", "0002_c.sql": "create table c ()"]))
        #expect(untimed(mended.output) == "applied 0002_c.sql\nup to date: 1 of 2 migrations applied now\n")
    }

    @Test("a folder that is not there, or holds none, is one line and 1", arguments: ["/nonexistent", "/dev"])
    func folders(_ path: String) throws {
        let (status, _, errors) = try Cluster.shared.get().makeEmptyDatabase().debrief(["migrate", "up", "--folder", path])
        #expect(status == 1)
        #expect(errors.hasPrefix("debrief: ") && errors.contains(path) && errors.filter(\.isNewline).count == 1)
    }
}
