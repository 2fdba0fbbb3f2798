import Foundation
import Support
import Testing

@Suite("token rotate: a new token, and the old one for a while")
struct TokenRotateTests {
    private let database: Support.Database
    private let tenant: String

    init() throws {
        database = try Cluster.shared.get().makeDatabase(demo: false)
        tenant = try database.debrief(["tenant", "create", "--name", "A"]).output.trimmingCharacters(in: .newlines)
    }

    /// A token and its id.
    private func make(_ arguments: String...) throws -> (token: String, id: String) {
        let token = try database.makeToken(tenant: tenant, scopes: ["users:read", "sessions:read"], arguments: arguments)
        return (token, try #require(try database.value("select id from api_tokens order by created_at desc limit 1")))
    }

    /// What a worker would be told of a token.
    private func outcome(_ token: String) throws -> String? {
        try database.value("select outcome from authenticate(sha256(convert_to($1, 'UTF8')), 'users:read')", token)
    }

    @Test("the new one has the old one's tenant, name and scopes and a year; the old one has a day")
    func usual() throws {
        let (old, id) = try make("--never")
        let (status, output, errors) = try database.debrief(["token", "rotate", id])
        #expect(status == 0, "\(errors)")
        let new = output.trimmingCharacters(in: .newlines)
        let rows = try database.sql(
            """
            select tenant_id, name, array_to_string(scopes, ' '), prefix, (expires_at - created_at)::text, id
            from api_tokens where id <> $1
            """,
            id
        )
        #expect(rows.count == 1)
        #expect(rows[0][..<5] == [tenant, "test", "sessions:read users:read", String(new.prefix(16)), "365 days"])
        let end = try #require(
            try database.value(#"select to_char(expires_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') from api_tokens where id = $1"#, id)
        )
        #expect(
            try database.value("select abs(extract(epoch from expires_at - now() - interval '24 hours')) < 60 from api_tokens where id = $1", id)
                == "t"
        )
        let lines = errors.split(separator: "\n")
        #expect(lines.count == 2)
        #expect(lines.first?.hasPrefix("token \(rows[0][5] ?? ""), expires ") == true)
        #expect(lines.last == "token \(id), which it replaces, expires \(end)")
        #expect(try [outcome(old), outcome(new)] == ["live", "live"])
    }

    @Test("an overlap of 0 ends the old one at once, at its next request", arguments: ["0", "0h"])
    func atOnce(_ overlap: String) throws {
        let stage = try Stage.shared()
        let tenant = try Tenant(stage.database)
        #expect(try stage.client.get("users", token: tenant.token).status == 200)
        let id = try #require(try stage.database.value("select id from api_tokens where tenant_id = $1", tenant.id))
        let (status, output, errors) = try stage.database.debrief(["token", "rotate", id, "--overlap", overlap])
        #expect(status == 0 && errors.hasSuffix("token \(id), which it replaces, is expired\n"), "\(errors)")
        #expect(try stage.client.get("users", token: tenant.token).status == 401)
        #expect(try stage.client.get("users", token: output.trimmingCharacters(in: .newlines)).status == 200)
    }

    @Test("the old one never lives longer than it would have; what the new one is told holds for the new one alone")
    func limits() throws {
        let (_, id) = try make("--expires-in", "1h")
        let before = try database.value("select expires_at from api_tokens where id = $1", id)
        #expect(try database.debrief(["token", "rotate", id, "--overlap", "2d", "--expires-in", "90d"]).status == 0)
        #expect(try database.value("select expires_at from api_tokens where id = $1", id) == before)
        #expect(try database.value("select (expires_at - created_at)::text from api_tokens where id <> $1", id) == "90 days")

        #expect(try database.debrief(["token", "rotate", id, "--overlap", "10m", "--never"]).status == 0)
        #expect(try database.value("select expires_at < now() + interval '11 minutes' from api_tokens where id = $1", id) == "t")
        #expect(try database.value("select count(*) from api_tokens where expires_at is null") == "1")
    }

    @Test("what is expired, revoked or unknown is refused in one line, and no token is made")
    func refused() throws {
        let (_, revoked) = try make()
        _ = try database.debrief(["token", "revoke", revoked])
        let (_, expired) = try make()
        try database.sql("update api_tokens set expires_at = now() where id = $1", expired)
        let unknown = newID()
        for (id, line) in [
            (revoked, "token \(revoked) is revoked, and only a live one can be rotated; make a new one: debrief token create"),
            (expired, "token \(expired) is expired, and only a live one can be rotated; make a new one: debrief token create"),
            (unknown, "there is no token \(unknown); debrief token list shows them"),
        ] {
            let (status, output, errors) = try database.debrief(["token", "rotate", id])
            #expect(status == 1)
            #expect(output.isEmpty && errors == "debrief: \(line)\n")
        }
        #expect(try database.value("select count(*) from api_tokens") == "2")
    }

    @Test("a rotation that fails has changed nothing")
    func together() throws {
        let (_, id) = try make("--never")
        try database.script(
            """
            create function fail() returns trigger language plpgsql as 'begin raise exception ''no''; end';
            create trigger fail before insert on api_tokens for each row execute function fail();
            """
        )
        #expect(try database.debrief(["token", "rotate", id]).status == 1)
        #expect(try database.sql("select id, expires_at from api_tokens") == [[id, nil]])
    }

    @Test("wrong arguments are 64, and what may be a token is not repeated")
    func usage() throws {
        let (token, id) = try make()
        for words in [
            [], [token], [id, "--overlap", "1"], [id, "--overlap", "-1d"], [id, "--overlap", ""], [id, "--never", "--expires-in", "1d"],
        ] {
            let (status, output, errors) = try database.debrief(["token", "rotate"] + words)
            #expect(status == 64, "\(words)")
            #expect(output.isEmpty && !errors.contains(token))
        }
        #expect(try database.value("select count(*) from api_tokens") == "1")
    }

    @Test("the new one is on standard output alone: not in PostgreSQL's log")
    func secrecy() throws {
        try database.sql("alter database \(database.name) set log_statement = 'all'")
        let (token, id) = try make()
        let rotated = try database.debrief(["token", "rotate", id])
        // A server that is told to log every parameter logs the hashes.
        for token in [token, rotated.output.trimmingCharacters(in: .newlines)] { Secrets.allow(hashOf: token) }
        let secret = rotated.output.dropFirst(16).prefix(38)
        #expect(secret.count == 38 && !rotated.errors.contains(secret))
        let log = try Cluster.shared.get().log
        #expect(log.contains("update public.api_tokens set expires_at = least") && !log.contains(secret))
    }
}
