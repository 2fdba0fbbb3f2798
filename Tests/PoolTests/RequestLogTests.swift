import Foundation
import Support
import Testing

@Suite("The log of requests")
struct RequestLogTests {
    private let site = Swift.Result { try Site() }

    @Test("has one line a request, with who asked for what, and what came of it")
    func fields() throws {
        let site = try site.get()
        let tenant = try site.database.demoTenant()
        let known = try #require(try site.database.value("select id::text from api_tokens"))
        let narrow = try site.database.makeToken(tenant: tenant, scopes: ["users:read"])
        let session = "30000000-0000-0000-0000-000000000001"
        let table: [(path: String, method: String, token: String?, endpoint: String?, status: Double)] = [
            ("sessions?limit=1", "GET", site.token, "list_sessions", 200),
            ("sessions?limit=1", "HEAD", site.token, "list_sessions", 200),
            ("sessions/\(session)", "GET", site.token, "get_session", 200),
            ("sessions/\(session)?a=b", "GET", site.token, "get_session", 400),
            ("nothing", "GET", site.token, nil, 404),
            ("users", "POST", site.token, "list_users", 405),
            ("users", "GET", nil, "list_users", 401),
            ("scenarios", "GET", narrow, "list_scenarios", 403),
        ]
        for (number, row) in table.enumerated() {
            let id = "fields-\(number)"
            let response = try site.client.get(row.path, token: row.token, method: row.method, fields: ["X-Request-Id: \(id)"])
            let entry = try site.entry(ofRequest: id)
            #expect(entry["level"]?.string == "info")
            #expect(entry["message"]?.string == "request")
            #expect(entry["method"]?.string == row.method)
            #expect(entry["endpoint"] == (row.endpoint.map { .string($0) } ?? .null))
            #expect(entry["status"]?.number == row.status)
            #expect(entry["bytes"]?.number == Double(response.body.count))
            #expect(try #require(entry["milliseconds"]?.number) > 0)
            let worker = try #require(entry["worker"]?.number)
            #expect(site.deployment.workers.contains(pid_t(worker)))
            // The database was not asked about the token of the last four but one.
            let isKnown = [200, 400, 403].contains(row.status)
            #expect(entry["tenant_id"]?.string == (isKnown ? tenant : nil))
            #expect((entry["token_id"]?.string == known) == (isKnown && row.token == site.token))
        }
    }

    @Test("and nginx's have the same id, by which one grep finds the request in both: that of the README")
    func grep() throws {
        let site = try site.get()
        _ = try site.client.get("sessions?limit=1", token: site.token, fields: ["X-Request-Id: both-1"])
        _ = try site.entry(ofRequest: "both-1")
        let readme = try String(contentsOfFile: "\(Run.repository)/README.md", encoding: .utf8)
        let line = try #require(lines(readme).first { $0.contains("grep -h '\"request_id\":\"ID\"'") })
        let command = line.replacing("ID\"'", with: "both-1\"'").replacing(".state", with: site.deployment.folder)
        var found: [JSONValue] = []
        try eventually {
            found = lines(try run(["/bin/sh", "-c", String(command)]).output).compactMap { JSONValue(parsing: Array($0.utf8)) }
            return found.count == 2
        }
        #expect(found[0]["remote_addr"] != nil)
        #expect(found[1]["worker"] != nil)
    }

    @Test("calls slow what took as long as DEBRIEF_SLOW, and nothing else")
    func slow() throws {
        let site = try Site(settings: ["DEBRIEF_SLOW": "1s"])
        _ = try site.client.get("sessions?limit=1", token: site.token, fields: ["X-Request-Id: quick"])
        try site.lockSessions()
        let request = try site.beginWaiting()
        try eventually(within: 30) {
            let sql = "select count(*) from pg_stat_activity where datname = current_database() and now() - query_start > '1s' and state = 'active'"
            return try site.database.another().value(sql) == "1"
        }
        try site.unlockSessions()
        #expect(request.response().status == 200)
        try eventually { site.entries().contains { $0["message"]?.string == "slow request" } }
        let entry = try #require(site.entries().first { $0["message"]?.string == "slow request" })
        #expect(entry["level"]?.string == "warning")
        #expect(entry["endpoint"]?.string == "list_sessions")
        #expect(try #require(entry["milliseconds"]?.number) >= 1_000)
        #expect(try site.entry(ofRequest: "quick")["message"]?.string == "request")
    }

    @Test("has the reason of a fault of ours, without what PostgreSQL quotes in it")
    func failed() throws {
        let site = try Site()
        try site.database.script(
            """
            create or replace function authenticate(token_hash bytea, required_scope text, out outcome text, out token_id uuid, out tenant_id uuid)
            language plpgsql volatile security definer set search_path = pg_catalog, pg_temp as $$ begin raise exception 'a secret'; end $$
            """
        )
        #expect(try site.client.get("users", token: site.token, fields: ["X-Request-Id: failed"]).status == 500)
        let entry = try site.entry(ofRequest: "failed")
        #expect(entry["level"]?.string == "error")
        #expect(entry["message"]?.string == "request failed")
        #expect(entry["reason"]?.string?.contains("P0001") == true)
        #expect(entry["status"]?.number == 500)
        #expect(!site.deployment.log.contains("a secret"))
    }

    @Test("gives a caller who left the status that nginx gives him, 499")
    func left() throws {
        let site = try Site()
        try site.lockSessions()
        let leave = { _ = try site.beginWaiting() }
        try leave()
        try eventually(within: 30) { site.entries().contains { $0["status"]?.number == 499 && $0["level"]?.string == "info" } }
        try site.unlockSessions()
    }

    @Test("says once why there is no database, and of each request only that it was 503")
    func withoutDatabase() throws {
        let site = try Site(workers: 1, settings: ["DEBRIEF_DATABASE": "host=/nowhere user=nobody"])
        for number in 0..<5 {
            #expect(try site.client.get("users", token: site.token, fields: ["X-Request-Id: down-\(number)"]).isUnavailable)
            let entry = try site.entry(ofRequest: "down-\(number)")
            #expect(entry["level"]?.string == "info")
            #expect(entry["status"]?.number == 503)
        }
        #expect(site.entries().count { $0["message"]?.string == "no database" } == 1)
    }

    @Test("is left out above the level info, but for what is slow or failed")
    func level() throws {
        let site = try Site(workers: 1, settings: ["DEBRIEF_LOG_LEVEL": "notice"])
        #expect(try site.page().status == 200)
        try site.database.script("drop function authenticate(bytea, text)")
        #expect(try site.client.get("users", token: site.token, fields: ["X-Request-Id: failed"]).status == 500)
        _ = try site.entry(ofRequest: "failed")
        #expect(!site.entries().contains { $0["message"]?.string == "request" })
    }

    @Test("has, at its lowest level, no token, no value of a query and nothing of the connection string")
    func secrets() throws {
        let database = try Cluster.shared.get().makeDatabase()
        let token = try database.makeToken(tenant: database.demoTenant())
        let conninfo = database.conninfo(user: "debrief_api") + " password=hunter2"
        Secrets.note(password: "hunter2")
        let deployment = try Deployment(database, settings: ["DEBRIEF_LOG_LEVEL": "trace", "DEBRIEF_DATABASE": conninfo, "DEBRIEF_SLOW": "1ms"])
        let calls = [
            "sessions?limit=seventeen", "sessions?user_id=seventeen", "users?seventeen=1", "sessions/seventeen", "nothing?seventeen", "users",
        ]
        for call in calls { _ = try deployment.client.get(call, token: token) }
        try database.script("drop function authenticate(bytea, text)")
        for call in calls { _ = try deployment.client.get(call, token: token, fields: ["X-Request-Id: last"]) }
        for spoiled in [token + "x", "seventeen", "debrief_seventeen"] { _ = try deployment.client.get("users", token: spoiled) }
        try database.script("alter table sessions disable row level security")
        try database.sql("select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'debrief' and datname = current_database()")
        _ = try deployment.client.get(calls[0], token: token)
        try eventually(within: 30) { deployment.log.contains("row security is not") && deployment.log.contains(#""request_id":"last""#) }
        for secret in ["seventeen", String(token.dropFirst(8).prefix(20)), "hunter2", "dbname", "user=", "host="] {
            #expect(!(deployment.log + deployment.output).contains(secret), "\(secret)")
        }
    }
}
