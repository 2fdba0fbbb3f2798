import Foundation
import Support
import Testing

@testable import API

@Suite("token: what is shown, once, and what is kept")
struct TokenSecrecyTests {
    /// A database and a tenant in it; one that logs every statement with its parameters, where that is wanted.
    private func makeTenant(isLogged: Bool = false) throws -> (Support.Database, String) {
        let database = try Cluster.shared.get().makeDatabase(demo: false)
        if isLogged { try database.sql("alter database \(database.name) set log_statement = 'all'") }
        let id = try database.debrief(["tenant", "create", "--name", "A"]).output.trimmingCharacters(in: .newlines)
        return (database, id)
    }

    @Test("the token is nowhere but on standard output: not in the database, not in PostgreSQL's log, not in a list")
    func secrecy() throws {
        let (database, tenant) = try makeTenant(isLogged: true)
        let token = try database.makeToken(tenant: tenant)
        // A server that is told to log every parameter logs the hash.
        Secrets.allow(hashOf: token)
        let bytes = Array(token.utf8)
        let isWellFormed = Token.isWellFormed(bytes.span)
        #expect(isWellFormed)
        // What is behind the prefix.
        let secret = String(token.dropFirst(Token.prefixLength))

        let dump = try run(["/usr/lib/postgresql/15/bin/pg_dump", "--inserts", "--dbname", database.conninfo(user: "postgres")])
        #expect(dump.status == 0)
        #expect(dump.output.contains("INSERT INTO public.api_tokens") && dump.output.contains(token.prefix(Token.prefixLength)))
        #expect(!dump.output.contains(secret))

        for words in [["token", "list"], ["token", "list", "--json"]] {
            let list = try database.debrief(words)
            #expect(list.output.contains(tenant) && !list.output.contains(secret))
            let hash = try #require(try database.value("select encode(token_hash, 'hex') from api_tokens"))
            #expect(!list.output.contains(hash) && !list.output.lowercased().contains("hash"))
        }
        _ = try database.debrief(["token", "revoke"], input: token)
        let log = try Cluster.shared.get().log
        #expect(log.contains("insert into public.api_tokens") && log.contains("update public.api_tokens"))
        #expect(!log.contains(secret))
    }

    @Test("no two tokens are the same, nor their prefixes")
    func uniqueness() throws {
        let (database, tenant) = try makeTenant()
        let tokens = try (0..<5).map { _ in try database.makeToken(tenant: tenant, scopes: ["users:read"]) }
        #expect(Set(tokens).count == 5)
        #expect(try database.value("select count(distinct prefix) from api_tokens") == "5")
    }

    @Test("the list in JSON has these keys, and times as RFC 3339 has them")
    func json() throws {
        let (database, tenant) = try makeTenant()
        let name = "Zoë's \"token\" \u{1F511}"
        let words = ["token", "create", "--tenant", tenant, "--name", name, "--scope", "users:read", "sessions:read", "users:read", "--never"]
        let made = try database.debrief(words)
        #expect(made.status == 0)
        let id = try #require(try database.value("select id from api_tokens"))
        #expect(made.errors == "token \(id), never expires\n")

        let json = try #require(JSONValue(parsing: Array(database.debrief(["token", "list", "--json"]).output.utf8))?[0]?.object)
        #expect(Set(json.keys) == ["id", "tenant_id", "name", "prefix", "scopes", "state", "created_at", "expires_at", "revoked_at"])
        #expect(json["id"] == .string(id))
        #expect(json["tenant_id"] == .string(tenant))
        #expect(json["name"] == .string(name))
        #expect(json["prefix"]?.string?.utf8.count == Token.prefixLength)
        // Each once, in the order of the reference.
        #expect(json["scopes"] == .array([.string("sessions:read"), .string("users:read")]))
        #expect(json["created_at"]?.string?.wholeMatch(of: /\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{6})?Z/) != nil)
        #expect(json["expires_at"] == .null && json["revoked_at"] == .null)
    }

    @Test(
        "what cannot be created is one line about the argument, 64, and nothing in the database",
        arguments: [
            (["--tenant", "TENANT", "--name", "x"], "--scope"),
            (["--tenant", "TENANT", "--name", "x", "--scope", "sessions:write"], "sessions:write"),
            (["--tenant", "TENANT", "--name", "x", "--scope", "users:read", "SESSIONS:READ"], "SESSIONS:READ"),
            (["--tenant", "TENANT", "--name", "", "--scope", "users:read"], "name"),
            (["--tenant", "TENANT", "--scope", "users:read"], "--name"),
            (["--tenant", "x", "--name", "x", "--scope", "users:read"], "tenant"),
            (["--name", "x", "--scope", "users:read"], "--tenant"),
            (["--tenant", "TENANT", "--name", "x", "--scope", "users:read", "--expires-in", "90"], "90d"),
            (["--tenant", "TENANT", "--name", "x", "--scope", "users:read", "--expires-in", "-1d"], "--expires-in"),
            (["--tenant", "TENANT", "--name", "x", "--scope", "users:read", "--expires-in", "36501d"], "36500d"),
            (["--tenant", "TENANT", "--name", "x", "--scope", "users:read", "--expires-in", "1d", "--never"], "--never"),
        ]
    )
    func wrongArguments(_ words: [String], _ mention: String) throws {
        let (database, tenant) = try makeTenant()
        let (status, output, errors) = try database.debrief(["token", "create"] + words.map { $0 == "TENANT" ? tenant : $0 })
        #expect(status == 64)
        #expect(output.isEmpty)
        let line = errors.split(separator: "\n").first ?? ""
        #expect(line.hasPrefix("Error: ") && line.contains(mention), "\(errors)")
        #expect(try database.value("select count(*) from api_tokens") == "0")
    }

    @Test(
        "a token that could not be shown is told by its id, so that it can be revoked",
        arguments: ["exec \"$@\" > /dev/full", "exec \"$@\" >&-"]
    )
    func cannotBeShown(_ shell: String) throws {
        let (database, tenant) = try makeTenant()
        let create = [Run.binary, "token", "create", "--tenant", tenant, "--name", "x", "--scope", "users:read"]
        let environment = ["DEBRIEF_ADMIN_DATABASE": database.conninfo(user: "postgres")]
        let (status, _, errors) = try run(["/bin/sh", "-c", shell, "sh"] + create, environment: environment)
        #expect(status == 1)
        let id = try #require(try database.value("select id from api_tokens"))
        let lines = errors.split(separator: "\n")
        #expect(lines.count == 2)
        #expect(lines.first?.hasPrefix("token \(id), expires ") == true)
        #expect(lines.last?.hasPrefix("debrief: cannot write to standard output: ") == true)
    }

    @Test("a reader that leaves in the middle of a list is no error that anybody is told of")
    func closedPipe() throws {
        let database = try Cluster.shared.get().makeDatabase(demo: false)
        // More than a pipe holds.
        try database.sql("insert into tenants (name) select repeat('x', 1000) from generate_series(1, 300)")
        let environment = ["DEBRIEF_ADMIN_DATABASE": database.conninfo(user: "postgres")]
        let list = try run(["/bin/sh", "-c", "\"$@\" | head -n 2", "sh", Run.binary, "tenant", "list"], environment: environment)
        #expect(list.output.hasPrefix("ID "))
        #expect(list.output.filter(\.isNewline).count == 2)
        #expect(list.errors.isEmpty)
    }

    @Test("a token is revoked by standard input, white space around it and all; what is no token is not looked for")
    func standardInput() throws {
        let (database, tenant) = try makeTenant()
        let token = try database.makeToken(tenant: tenant)
        for (input, line) in [
            ("", "debrief: no token on standard input"), ("\n", "debrief: no token on standard input"), ("debrief_", "debrief: that is no token"),
            (String(token.dropLast()), "debrief: that is no token"), (token + "x", "debrief: that is no token"),
            (token.uppercased(), "debrief: that is no token"), (String(repeating: "x", count: 100_000), "debrief: that is no token"),
            ("\(token)\n\(token)\n", "debrief: more than one word on standard input"),
        ] {
            let (status, output, errors) = try database.debrief(["token", "revoke"], input: input)
            #expect(status == 1)
            #expect(output.isEmpty && errors.hasPrefix(line) && errors.filter(\.isNewline).count == 1, "\(errors.prefix(200))")
            #expect(!errors.contains(token.dropFirst(Token.prefixLength).dropLast(2)))
        }
        #expect(try database.value("select revoked_at from api_tokens") == nil)

        let other = try Cluster.shared.get().makeDatabase(demo: false)
        let elsewhere = try other.debrief(["token", "revoke"], input: token)
        #expect(elsewhere.status == 1)
        #expect(elsewhere.errors.hasPrefix("debrief: this database has no such token; "))

        let revoked = try database.debrief(["token", "revoke"], input: "  \(token) \r\n")
        #expect(revoked.status == 0, "\(revoked.errors)")
        let first = try database.value("select revoked_at from api_tokens")
        #expect(first != nil)
        #expect(try database.debrief(["token", "revoke"], input: token).status == 0)
        #expect(try database.value("select revoked_at from api_tokens") == first)
    }
}
