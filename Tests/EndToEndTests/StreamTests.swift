import Foundation
import Support
import Testing

/// Lists that do not fit into memory that a worker may hold. One worker, so that it is known whose memory to look at, and whether it is free again.
@Suite("Long lists", .serialized)
struct StreamTests {
    private let database: Database
    private let deployment: Deployment

    init() throws {
        database = try Cluster.shared.get().makeDatabase(demo: false)
        deployment = try Deployment(database, workers: 1, settings: ["DEBRIEF_STATEMENT_TIMEOUT": "25s"])
    }

    private func addUsers(_ count: Int, suffix: String = "") throws -> Tenant {
        let tenant = try Tenant(database)
        try database.sql(
            """
            insert into users (tenant_id, full_name, email, role)
            select $1::uuid, 'User ' || lpad((number * 7919 % $2::int)::text, 9, '0') || $3, 'x', 'rep'
            from generate_series(0, $2::int - 1) as number
            """,
            tenant.id,
            "\(count)",
            suffix
        )
        try database.sql("analyze users")
        return tenant
    }

    /// The most that the worker ever had resident, in kB.
    private func peak() throws -> Int {
        let worker = try #require(deployment.workers.first)
        let status = try String(contentsOfFile: "/proc/\(worker)/status", encoding: .utf8)
        let line = try #require(status.split(separator: "\n").first { $0.hasPrefix("VmHWM:") })
        return try #require(Int(line.split(separator: " ")[1].trimmingPrefix("\t")) ?? Int(line.filter(\.isNumber)))
    }

    @Test("a list of 20,000 users streams: whole, in order, without a length, and the worker's memory stays")
    func flatMemory() throws {
        let few = try addUsers(100)
        let many = try addUsers(20_000, suffix: String(repeating: " and so on", count: 20))
        let short = try deployment.client.get("users", token: few.token)
        #expect(JSONText.elements(try dataOf(short)).count == 100)
        #expect(short.field("Content-Length") == "\(short.body.count)")
        let before = try peak()

        let long = try deployment.client.get("users", token: many.token)
        expectCommonFields(long)
        #expect(long.status == 200 && long.isWhole)
        #expect(long.field("Content-Length") == nil)
        #expect(long.body.count > 6_000_000)
        let names = try #require(long.json?["data"]?.array).compactMap { $0["full_name"]?.string }
        #expect(names.count == 20_000)
        #expect(zip(names, names.dropFirst()).allSatisfy { $0.utf8.lexicographicallyPrecedes($1.utf8) })
        #expect(try Run.isSanitized || peak() - before < 3_000, "kB")

        let compressed = try deployment.client.get("users", token: many.token, fields: ["Accept-Encoding: gzip"])
        #expect(compressed.field("Content-Encoding") == "gzip" && compressed.isWhole && compressed.field("ETag") == nil)
        let unzipped = try unzipped(compressed.body)
        #expect(unzipped.isWhole && unzipped.text == long.text)

        let old = try deployment.client.send(Call("/api/v1/users", version: "HTTP/1.0", token: many.token))
        #expect(old.field("Transfer-Encoding") == nil && old.body == long.body)
    }

    @Test("a list just below and just above what is made in memory is whole", arguments: [550, 620, 700])
    func aroundTheLimit(count: Int) throws {
        let tenant = try addUsers(count)
        let response = try deployment.client.get("users", token: tenant.token)
        #expect(JSONText.elements(try dataOf(response)).count == count)
        #expect((response.field("Content-Length") != nil) == (response.body.count <= 65_528))
    }

    @Test("HEAD of a long list does not wait for its end, and leaves the worker free")
    func head() throws {
        let tenant = try addUsers(5_000)
        // Reading the last user takes longer than this test waits.
        try trap("pg_sleep(30)")
        let head = try deployment.client.get("users", token: tenant.token, method: "HEAD", seconds: 15)
        expectCommonFields(head)
        #expect(head.status == 200)
        #expect(head.body.isEmpty)
        #expect(head.field("Content-Length") == nil)
        let next = try deployment.client.get("scenarios", token: tenant.token, seconds: 15)
        #expect(next.status == 200)
    }

    @Test("a list that fails on its way is cut, never ended as if it were whole")
    func failure() throws {
        let tenant = try addUsers(5_000)
        try trap("1 / (length('x') - 1)")
        let response = try deployment.client.get("users", token: tenant.token)
        #expect(response.status == 200)
        #expect(!response.body.isEmpty)
        #expect(!response.isWhole)
        #expect(JSONValue(parsing: response.body) == nil)

        let compressed = try deployment.client.get("users", token: tenant.token, fields: ["Accept-Encoding: gzip"])
        #expect(compressed.field("Content-Encoding") == "gzip" && !compressed.body.isEmpty && !compressed.isWhole)
        #expect(try !unzipped(compressed.body).isWhole)
        // The worker and its connection are in order.
        #expect(try deployment.client.get("scenarios", token: tenant.token).status == 200)
    }

    @Test("a list that fails before any of it was sent is an error as any other")
    func earlyFailure() throws {
        let tenant = try addUsers(100)
        try trap("1 / (length('x') - 1)", user: 99)
        expectError(try deployment.client.get("users", token: tenant.token), 500, "internal_error")
    }

    /// Makes row security evaluate something at one user.
    private func trap(_ expression: String, user: Int = 4_999) throws {
        try database.script(
            """
            create function trap() returns boolean language plpgsql as $$ begin perform \(expression); return true; end $$;
            grant execute on function trap() to debrief_api;
            create policy trap on users as restrictive for select to debrief_api
                using (case when full_name = 'User ' || lpad('\(user)', 9, '0') then trap() else true end);
            """
        )
    }
}
