import Foundation
import Support
import Testing

/// The words and the exit status of the commands that look after the database.
@Suite("Commands")
struct CommandTests {
    private let cluster: Cluster

    init() throws { cluster = try Cluster.shared.get() }

    /// A folder of migrations by name and text.
    private func folder(_ files: [String: String]) throws -> String {
        let folder = Run.makeFolder("migrations", for: .invoker)
        for (name, text) in files { try text.write(toFile: "\(folder)/\(name)", atomically: true, encoding: .utf8) }
        return folder
    }

    @Test("migrations are applied once, each with its line, and the status follows")
    func migrate() throws {
        let database = try cluster.makeEmptyDatabase()
        let folder = try folder(["0001_a.sql": "create table a ()", "0002_b.sql": "create table b ()"])

        let pending = try database.debrief(["migrate", "status", "--folder", folder])
        #expect(pending.status == 1)
        #expect(pending.errors == "debrief: 2 of 2 migrations pending; run: debrief migrate up\n")

        let up = try database.debrief(["migrate", "up", "--folder", folder])
        #expect(up.status == 0)
        #expect(untimed(up.output) == "applied 0001_a.sql\napplied 0002_b.sql\nup to date: 2 of 2 migrations applied now\n")

        let again = try database.debrief(["migrate", "up", "--folder", folder])
        #expect(again.status == 0)
        #expect(again.output == "up to date: nothing of 2 migrations applied now\n")

        let status = try database.debrief(["migrate", "status", "--json", "--folder", folder])
        #expect(status.status == 0)
        #expect(status.output.hasPrefix(#"[{"number":1,"name":"0001_a.sql","applied_at":"20"#))
    }

    @Test("a migration that fails leaves nothing behind, and those before it stay")
    func failedMigration() throws {
        let database = try cluster.makeEmptyDatabase()
        let folder = try folder(["0001_a.sql": "create table a ()", "0002_b.sql": "create table b (); select 1 / 0"])
        let up = try database.debrief(["migrate", "up", "--folder", folder])
        #expect(up.status == 1)
        #expect(untimed(up.output) == "applied 0001_a.sql\n")
        #expect(up.errors == "debrief: 0002_b.sql failed and was undone: division by zero (SQLSTATE 22012)\n")
        #expect(try database.value("select count(*) from debrief_migrations") == "1")
        #expect(try database.value("select to_regclass('b')") == nil)
    }

    @Test("a migration that ends its own transaction is refused and not recorded", arguments: ["commit", "rollback", "commit; begin"])
    func transactionInMigration(statement: String) throws {
        let database = try cluster.makeEmptyDatabase()
        let up = try database.debrief(["migrate", "up", "--folder", folder(["0001_a.sql": "create table a (); \(statement);"])])
        #expect(up.status == 1)
        #expect(up.errors.hasPrefix("debrief: 0001_a.sql ends its own transaction"))
        // The record is made in the same transaction.
        #expect(try database.tables(["debrief_migrations"]) == [] || database.value("select count(*) from debrief_migrations") == "0")
    }

    @Test("an edited file is refused by name before anything runs")
    func editedMigration() throws {
        let database = try cluster.makeEmptyDatabase()
        let before = try folder(["0001_a.sql": "create table a ()"])
        #expect(try database.debrief(["migrate", "up", "--folder", before]).status == 0)
        let after = try folder(["0001_a.sql": "create table a () ", "0002_b.sql": "create table b ()"])
        for command in ["up", "status"] {
            let refused = try database.debrief(["migrate", command, "--folder", after])
            #expect(refused.status == 1)
            #expect(refused.errors.hasPrefix("debrief: 0001_a.sql was changed after it was applied"))
        }
        #expect(try database.value("select to_regclass('b')") == nil)
    }

    @Test("migrators at once wait for each other, and each file is applied by one")
    func migratorsAtOnce() async throws {
        let database = try cluster.makeEmptyDatabase()
        let folder = try folder(["0001_a.sql": "create table a (); select pg_sleep(0.3)", "0002_b.sql": "create table b ()"])
        try await withThrowingTaskGroup(of: String.self) { group in
            for _ in 0..<3 {
                group.addTask {
                    let up = try database.debrief(["migrate", "up", "--folder", folder])
                    #expect(up.status == 0)
                    return up.output
                }
            }
            var output = ""
            for try await text in group { output += text }
            #expect(output.components(separatedBy: "applied 0001_a.sql").count == 2)
            #expect(output.components(separatedBy: "applied 0002_b.sql").count == 2)
        }
    }

    @Test("the role of the workers cannot read which migrations there are")
    func recordOfMigrations() throws {
        let database = try cluster.makeDatabase(demo: false)
        #expect(try database.value("select has_any_column_privilege('debrief_api', 'debrief_migrations', 'select')") == "f")
    }

    @Test("a tenant is created and listed; its name is a parameter, whatever it holds")
    func tenants() throws {
        let database = try cluster.makeDatabase(demo: false)
        let name = "Café \"株式会社\" '; drop table tenants --"
        let created = try database.debrief(["tenant", "create", "--name", name])
        #expect(created.status == 0)
        let id = created.output.trimmingCharacters(in: .newlines)
        let list = try database.debrief(["tenant", "list"])
        #expect(list.output.contains("\(id)  \(name)  20"))
        let json = try database.debrief(["tenant", "list", "--json"])
        #expect(json.output.hasPrefix(#"[{"id":"\#(id)","name":"Café \"株式会社\" '; drop table tenants --","created_at":"20"#))
    }

    @Test("a token is alone on standard output; the list has all of it but the token")
    func tokens() throws {
        let database = try cluster.makeDatabase(demo: false)
        let tenant = try database.debrief(["tenant", "create", "--name", "A"]).output.trimmingCharacters(in: .newlines)
        let made = try database.debrief([
            "token", "create", "--tenant", tenant, "--name", "x", "--scope", "users:read", "sessions:read", "--expires-in", "2h",
        ])
        #expect(made.status == 0)
        let token = made.output.trimmingCharacters(in: .newlines)
        #expect(token.wholeMatch(of: /debrief_[0-9A-Za-z]{46}/) != nil)
        #expect(made.errors.wholeMatch(of: /token [0-9a-f-]{36}, expires 20[0-9T:-]+Z\n/) != nil)
        #expect(try database.value("select token_hash = sha256($1::bytea) from api_tokens", token) == "t")
        #expect(try database.value("select expires_at - created_at from api_tokens") == "02:00:00")
        for arguments in [["token", "list"], ["token", "list", "--json"]] {
            let list = try database.debrief(arguments)
            #expect(list.status == 0)
            #expect(list.output.contains(token.prefix(16)) && !list.output.contains(token.prefix(17)))
        }
    }

    @Test("a token is valid for 365 days unless told otherwise, and for ever where that is said")
    func lifetimes() throws {
        let database = try cluster.makeDatabase(demo: false)
        let tenant = try database.debrief(["tenant", "create", "--name", "A"]).output.trimmingCharacters(in: .newlines)
        _ = try database.makeToken(tenant: tenant)
        #expect(try database.value("select expires_at = created_at + interval '365 days' from api_tokens") == "t")
        _ = try database.makeToken(tenant: tenant, arguments: ["--never"])
        #expect(try database.value("select count(*) from api_tokens where expires_at is null") == "1")
    }

    @Test("a token is revoked by its id, or by itself on standard input; twice is said and done")
    func revoke() throws {
        let database = try cluster.makeDatabase(demo: false)
        let tenant = try database.debrief(["tenant", "create", "--name", "A"]).output.trimmingCharacters(in: .newlines)
        let token = try database.makeToken(tenant: tenant)
        let id = try #require(try database.value("select id from api_tokens"))

        let first = try database.debrief(["token", "revoke"], input: "\(token)\n")
        #expect(first.status == 0)
        #expect(first.output.hasPrefix("token \(id) revoked, 20"))
        let second = try database.debrief(["token", "revoke", id.uppercased()])
        #expect(second.status == 0)
        #expect(second.output.hasPrefix("token \(id) was revoked already, 20"))

        let unknown = try database.debrief(["token", "revoke", tenant])
        #expect(unknown.status == 1)
        #expect(unknown.errors == "debrief: there is no token \(tenant); debrief token list shows them\n")
        #expect(try database.debrief(["token", "revoke", "-"], input: "\(token.dropLast())\(token.last == "x" ? "y" : "x")\n").status == 1)
        let argument = try database.debrief(["token", "revoke", token])
        #expect(argument.status == 64)
        #expect(!argument.errors.contains(token))
    }

    @Test(
        "wrong usage is 64",
        arguments: [
            ["nonsense"], ["migrate", "up", "--nope"], ["tenant", "create"], ["tenant", "create", "--name", " "],
            ["tenant", "create", "--name", "a\nb"], ["token", "create", "--name", "x", "--scope", "users:read"],
            ["token", "create", "--tenant", "x", "--name", "x", "--scope", "users:read"],
            ["token", "create", "--tenant", UUID().uuidString, "--name", "x"],
            ["token", "create", "--tenant", UUID().uuidString, "--name", "x", "--scope", "all"],
            ["token", "create", "--tenant", UUID().uuidString, "--name", "x", "--scope", "users:read", "--expires-in", "0d"],
            ["token", "create", "--tenant", UUID().uuidString, "--name", "x", "--scope", "users:read", "--expires-in", "1d", "--never"],
            ["serve", "--config", "/nonexistent"],
        ]
    )
    func usage(words: [String]) throws {
        let database = try cluster.makeDatabase(demo: false)
        let result = try database.debrief(words)
        #expect(result.status == 64)
        #expect(result.output.isEmpty && !result.errors.isEmpty)
    }

    @Test("a setting that makes no sense stops each command with one line and 64", arguments: [["serve"], ["check"], ["tenant", "list"]])
    func settings(words: [String]) throws {
        let database = try cluster.makeDatabase(demo: false)
        let result = try database.debrief(words, environment: ["DEBRIEF_WORKERS": "4.."])
        #expect(result.status == 64)
        #expect(
            result.errors
                == "debrief: DEBRIEF_WORKERS is \"4..\" in the environment; wanted is a whole number from 1 to 1024, or two as in 4..32\n"
        )
    }

    @Test("a tenant that is not there, a database that is not migrated or not reached: one line and 1")
    func refusals() throws {
        let unknown = UUID().uuidString.lowercased()
        let create = ["token", "create", "--tenant", unknown, "--name", "x", "--scope", "users:read"]
        #expect(
            try cluster.makeDatabase(demo: false).debrief(create).errors == "debrief: there is no tenant \(unknown); debrief tenant list shows them\n"
        )

        let empty = try cluster.makeEmptyDatabase().debrief(["tenant", "list"])
        #expect(empty.status == 1)
        #expect(empty.errors == "debrief: the database is not migrated; run: debrief migrate up, or mend dbname in DEBRIEF_ADMIN_DATABASE\n")

        for conninfo in ["host=/nonexistent", "host=/nonexistent password=two secrets"] {
            let result = try cluster.makeEmptyDatabase().debrief(["tenant", "list"], environment: ["DEBRIEF_ADMIN_DATABASE": conninfo])
            #expect(result.status == 1)
            #expect(result.errors.hasPrefix("debrief: cannot reach the database of DEBRIEF_ADMIN_DATABASE in the environment: "))
            #expect(result.errors.filter(\.isNewline).count == 1 && !result.errors.contains("secrets"))
        }
    }

    @Test(
        "every command has help",
        arguments: [
            "", "serve", "check", "migrate up", "migrate status", "tenant create", "tenant list", "token create", "token list",
            "token inspect", "token rotate", "token revoke",
        ]
    )
    func help(command: String) throws {
        let help = try run([Run.binary] + command.split(separator: " ").map(String.init) + ["--help"])
        #expect(help.status == 0)
        #expect(help.output.contains("OVERVIEW: ") && help.output.contains("USAGE: debrief"))
    }
}
