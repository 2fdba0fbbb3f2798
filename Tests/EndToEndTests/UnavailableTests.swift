import Foundation
import Support
import Testing

/// What callers get while a part is down, slow or broken. A database and a pool of its own, and one test after the other.
@Suite("Parts that fail", .serialized)
struct UnavailableTests {
    private let database: Database
    private let deployment: Deployment
    private let token: String

    init() throws {
        database = try Cluster.shared.get().makeDatabase()
        token = try database.makeToken(tenant: database.demoTenant())
        deployment = try Deployment(database, settings: ["DEBRIEF_STATEMENT_TIMEOUT": "2s", "DEBRIEF_REQUEST_TIMEOUT": "20s"])
    }

    private func get(_ path: String) throws -> Client.Response { try deployment.client.get(path, token: token) }

    @Test("a pool that is down is 503 unavailable with Retry-After; nothing changes for what nginx answers alone")
    func poolDown() throws {
        let workers = deployment.workers
        deployment.master.send(SIGKILL)
        try eventually { workers.allSatisfy { hasEnded($0) } }
        for path in endpoints + ["nothing"] { expectError(try get(path), 503, "unavailable", "\(path)") }
        let head = try deployment.client.get("users", token: token, method: "HEAD")
        #expect(head.status == 503 && head.body.isEmpty && head.field("Retry-After") == "1")
        expectError(try deployment.client.send(Call("/nothing")), 404, "not_found")
        for path in ["/", "/docs", "/api/v1/openapi.json"] { #expect(try deployment.client.send(Call(path)).status == 200, "\(path)") }

        try deployment.startMaster()
        try eventually { try get("users").status == 200 }
    }

    @Test("a database that takes no connections is 503 unavailable, and is found again")
    func databaseDown() throws {
        let superuser = try Cluster.shared.get().superuser()
        try superuser.sql("alter database \(database.name) allow_connections false")
        try superuser.sql("select pg_terminate_backend(pid) from pg_stat_activity where datname = $1 and usename = 'debrief_api'", database.name)
        for path in endpoints { expectError(try get(path), 503, "unavailable", "\(path)") }
        // What needs no database is answered.
        expectError(try deployment.client.get("users"), 401, "missing_token")
        expectError(try deployment.client.get("users", token: "x"), 401, "invalid_token")
        expectError(try get("nothing"), 404, "not_found")

        try superuser.sql("alter database \(database.name) allow_connections true")
        try eventually { try get("users").status == 200 }
    }

    @Test("a lost connection costs a caller nothing")
    func connectionLost() throws {
        for _ in 0..<5 {
            try database.sql("select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and usename = 'debrief_api'")
            for path in endpoints { _ = try dataOf(try get(path), "\(path)") }
        }
    }

    @Test("a statement past its limit is 504 timeout, without Retry-After, and the worker goes on")
    func timeout() throws {
        let locker = try database.another()
        try locker.script("begin; lock table scenarios in access exclusive mode")
        expectError(try get("scenarios"), 504, "timeout")
        _ = try dataOf(try get("users"))
        try locker.script("rollback")
        _ = try dataOf(try get("scenarios"))
    }

    @Test("a fault of ours is 500 internal_error, and says nothing of SQL")
    func fault() throws {
        try database.sql("alter table scenarios rename column call_type to kind")
        let response = try get("scenarios")
        expectError(response, 500, "internal_error")
        for word in ["scenarios", "column", "kind", "call_type", "SQL", "42703", "Swift", "/"] {
            #expect(response.json?["error"]?["message"]?.string?.contains(word) == false, "\(word)")
        }
        _ = try dataOf(try get("users"))
        try database.sql("alter table scenarios rename column kind to call_type")
        _ = try dataOf(try get("scenarios"))
    }

    @Test(
        "a change of the tables that leaves the columns' types is invisible to callers",
        arguments: [
            "alter table scenarios add column note text", "create index extra on sessions (started_at)", "drop index sessions_by_start",
            "alter table users drop column email",
        ]
    )
    func schemaChange(statement: String) throws {
        for path in endpoints { _ = try dataOf(try get(path)) }
        try database.sql(statement)
        for path in endpoints { _ = try dataOf(try get(path), "\(path) after \(statement)") }
    }
}
