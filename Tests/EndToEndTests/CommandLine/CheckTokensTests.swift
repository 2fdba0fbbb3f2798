import Foundation
import Support
import Testing

@Suite("check: what is to be looked after, and is no fault")
struct CheckTokensTests {
    private static let sound = Result { try Machine.path(nginx: "1.22.1-9+deb12u11") }

    private func check(_ database: Database, _ environment: [String: String] = [:]) throws -> (status: Int32?, lines: [String]) {
        let settings = try ["PATH": Self.sound.get()].merging(environment) { $1 }
        let said = try database.debrief(["check"], environment: settings)
        return (said.status, said.output.split(separator: "\n").map(String.init))
    }

    @Test("a live token that expires within 14 days is a warning, by id, name and tenant, the next one first; many are counted")
    func expiring() throws {
        let database = try Cluster.shared.get().makeDatabase(demo: false)
        let tenant = try database.debrief(["tenant", "create", "--name", "A"]).output.trimmingCharacters(in: .newlines)
        for lifetime in ["13d", "15d", "1d", "2d", "3d"] { _ = try database.makeToken(tenant: tenant, arguments: ["--expires-in", lifetime]) }
        try database.sql("update api_tokens set expires_at = now() where expires_at < now() + interval '36 hours'")
        try database.sql(
            "update api_tokens set revoked_at = now() where expires_at between now() + interval '36 hours' and now() + interval '60 hours'"
        )
        let ids = try database.sql("select id from api_tokens where expires_at > now() + interval '60 hours' order by expires_at limit 2").compactMap
        { $0[0] }

        let (status, lines) = try check(database)
        #expect(status == 0)
        let warnings = lines.filter { !$0.hasPrefix("ok ") }
        #expect(warnings.count == 2)
        for (id, warning) in zip(ids, warnings) {
            #expect(
                warning.hasPrefix("warn  tokens: \(id) (test, tenant \(tenant)) expires at 20") && warning.hasSuffix("Z; debrief token rotate \(id)")
            )
        }

        try database.sql(
            """
            insert into api_tokens (tenant_id, name, token_hash, prefix, scopes, expires_at)
            select $1, 'many', sha256(i::text::bytea), 'x', '{}', now() + interval '1 day' from generate_series(1, 30) as i
            """,
            tenant
        )
        let many = try check(database)
        #expect(many.status == 0)
        #expect(many.lines.filter { $0.hasPrefix("warn  tokens: ") }.count == 21)
        #expect(many.lines.last == "warn  tokens: 12 more expire within 14 days; debrief token list")
    }

    @Test("where the admin's database is not named, or lets nobody in, tokens are not looked at, and a line says so")
    func notLookedAt() throws {
        let database = try Cluster.shared.get().makeDatabase(demo: false)
        let unset = try check(database, ["DEBRIEF_ADMIN_DATABASE": ""])
        #expect(unset.status == 0)
        #expect(unset.lines.last == "ok    tokens: not looked at, since DEBRIEF_ADMIN_DATABASE is not set")
        for conninfo in ["host=/nonexistent password=hunter2", database.conninfo(user: "debrief_api")] {
            let refused = try check(database, ["DEBRIEF_ADMIN_DATABASE": conninfo])
            #expect(refused.status == 0)
            #expect(refused.lines.last?.hasPrefix("ok    tokens: not looked at: ") == true && refused.lines.last?.contains("hunter2") == false)
        }
    }

    @Test("a large object of the workers' role is a warning, and the API is served")
    func largeObject() throws {
        let database = try Cluster.shared.get().makeDatabase()
        try database.script("do $$ begin execute format('alter large object %s owner to debrief_api', lo_create(0)); end $$")
        let (status, lines) = try check(database)
        #expect(status == 0)
        #expect(lines.contains { $0.hasPrefix("warn  row security: the role debrief_api owns 1 large objects; ") }, "\(lines)")
        let deployment = try Deployment(database)
        #expect(try deployment.client.get("users", token: database.makeToken(tenant: database.demoTenant())).status == 200)
    }
}
