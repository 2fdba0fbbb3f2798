import Support
import Testing

@Suite("migrate up on a server that knows nothing of Debrief")
struct NewServerTests {
    private static let migrations = ["migrate", "up", "--folder", "\(Run.repository)/migrations"]

    @Test("an admin without a superuser's rights, who owns the database and has CREATEROLE, can migrate it and look after it")
    func managedServer() throws {
        let cluster = try Cluster(migrated: false)
        defer { try? cluster.stop() }
        let first = try cluster.makeEmptyDatabase()
        let second = try cluster.makeEmptyDatabase()
        try first.sql("create role admin login createrole")
        try first.sql("alter database \(first.name) owner to admin")
        try first.sql("create role other_admin login createrole")
        try first.sql("alter database \(second.name) owner to other_admin")

        for (database, user) in [(first, "admin"), (second, "other_admin")] {
            let admin = ["DEBRIEF_ADMIN_DATABASE": database.conninfo(user: user)]
            let up = try database.debrief(Self.migrations, environment: admin)
            #expect(up.status == 0, "\(up.errors)")
            #expect(up.output.contains("applied 0001_roles.sql in "))
            #expect(try database.debrief(Self.migrations, environment: admin).status == 0)

            let tenant = try database.debrief(["tenant", "create", "--name", "A"], environment: admin)
            #expect(tenant.status == 0, "\(tenant.errors)")
            let id = tenant.output.filter { !$0.isNewline }
            let words = ["token", "create", "--tenant", id, "--name", "x", "--scope", "users:read"]
            let token = try database.debrief(words, environment: admin)
            #expect(token.status == 0, "\(token.errors)")
            #expect(try database.debrief(["token", "revoke"], environment: admin, input: token.output).status == 0)
            #expect(try database.debrief(["token", "list"], environment: admin).output.contains(id))

            // Neither needs more than the workers' role has.
            let check = try database.debrief(["check"], environment: admin)
            #expect(check.status == 0, "\(check.output)\(check.errors)")
            // What such an admin cannot take away.
            #expect(check.output.contains("warn  row security: the role debrief_api may make large objects"), "\(check.output)")
        }
    }

    @Test("databases that are migrated at the same moment share the roles, and all end well")
    func atTheSameMoment() throws {
        let cluster = try Cluster(migrated: false)
        defer { try? cluster.stop() }
        let databases = try (0..<5).map { _ in try cluster.makeEmptyDatabase() }
        let folder = Run.makeFolder("up", for: .invoker)
        let processes = try databases.map { database in
            try ChildProcess(
                [Run.binary] + Self.migrations,
                environment: ["DEBRIEF_ADMIN_DATABASE": database.conninfo(user: "postgres")],
                output: "\(folder)/\(database.name)"
            )
        }
        for process in processes { #expect(process.wait(seconds: 60) == 0, "\(process.output)") }
        for database in databases {
            let check = try database.debrief(["check"])
            #expect(check.status == 0, "\(check.output)")
        }
    }

    @Test("an admin with too few rights is told so in one line, and nothing is there")
    func tooFewRights() throws {
        let database = try Cluster.shared.get().makeEmptyDatabase()
        try database.script("do $$ begin create role nobody_special login; exception when duplicate_object then end $$")
        let (status, output, errors) = try database.debrief(
            Self.migrations,
            environment: ["DEBRIEF_ADMIN_DATABASE": database.conninfo(user: "nobody_special")]
        )
        #expect(status == 1)
        #expect(output.isEmpty)
        #expect(errors.hasPrefix("debrief: ") && errors.filter(\.isNewline).count == 1, "\(errors)")
        #expect(try database.tables(["debrief_migrations", "users"]) == [])
    }

    @Test("a database that is not in UTF8 is refused")
    func encoding() throws {
        let cluster = try Cluster.shared.get()
        let database = try cluster.makeEmptyDatabase()
        let name = "latin_\(database.name)"
        try database.sql("create database \(name) template template0 encoding 'LATIN1' locale 'C'")
        let conninfo = "host=\(cluster.socketFolder) dbname=\(name) user=postgres"
        let (status, _, errors) = try database.debrief(Self.migrations, environment: ["DEBRIEF_ADMIN_DATABASE": conninfo])
        #expect(status == 1)
        #expect(errors.contains("0001_roles.sql") && errors.contains("UTF8"), "\(errors)")
    }
}
