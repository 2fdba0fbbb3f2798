import Foundation
import Support
import Testing

@Suite("Memory")
struct MemoryTests {
    @Test("of each worker, of the master and of the operator's process stays what it was after the first requests")
    func requests() throws {
        let site = try Site(workers: 4)
        try warmUp(site)
        let load = try Load(site, rate: 10_000)
        try load.serve(1_000)
        let before = try site.measures()
        try load.serve(often(200_000, normally: 5_000), within: 500)
        try load.expectNoFailure()
        try site.expectNoGrowth(since: before, of: \.residentKilobytes, below: 1_024)
        #expect(site.deployment.unexpectedLogLines() == [])
    }

    @Test("a worker has less than 3 MB of its own after thousands of requests of all endpoints, 10,000 with --long")
    func ownMemory() throws {
        // One, so that all of them are its own.
        let site = try Site(workers: 1)
        let session = try #require(try site.database.value("select session_id::text from scorecards limit 1"))
        // The same bodies each time; the summary's default period ends now, and errors name the request.
        let lasting = [
            "sessions?limit=100", "sessions?from=2020-01-01&limit=1", "sessions/\(session)", "scorecards/\(session)", "users", "scenarios",
        ]
        let paths = lasting + ["analytics/summary", "sessions?limit=x", "nothing"]
        let requests = paths.map { path in
            Array("GET /api/v1/\(path) HTTP/1.1\r\nHost: debrief.test\r\nAuthorization: Bearer \(site.token)\r\n\r\n".utf8)
        }
        let bodies = try paths.map { try site.client.get($0, token: site.token).body }
        let statuses = Array(repeating: 200, count: lasting.count) + [200, 400, 404]
        var connection = KeptConnection(site.deployment.httpSocket)
        for number in 0..<often(10_000, normally: 2_000) {
            let index = number % paths.count
            switch try connection.ask(requests[index], expecting: bodies[index]) {
            case .expected: break
            case .other(let response): #expect(index >= lasting.count && response.status == statuses[index], "\(paths[index])")
            case .none: Issue.record("no answer to \(paths[index])")
            }
        }
        let measures = try site.measures()
        for worker in site.deployment.workers {
            let measure = try #require(measures[worker])
            #expect(Run.isSanitized || measure.privateKilobytes < 3_072, "\(measure)")
        }
        #expect(site.deployment.unexpectedLogLines() == [])
    }

    @Test("a worker does not grow by a list of 100,000 users, of which the first leave at once")
    func longList() throws {
        let site = try Site(workers: 1)
        try site.database.sql(
            """
            insert into users (tenant_id, full_name, email, role)
            select $1::uuid, 'User ' || number, 'x', 'rep' from generate_series(1, 100000) as number
            """,
            site.database.demoTenant()
        )
        try site.database.sql("analyze users")
        for _ in 0..<20 { _ = try site.client.get("sessions?limit=100", token: site.token) }
        let worker = try #require(site.deployment.workers.first)
        let before = try #require(try site.measures()[worker])

        let socket = try site.client.begin("users", token: site.token)
        let begin = ContinuousClock.now
        var length = socket.receive()?.count ?? 0
        let first = begin.duration(to: .now)
        // While the rest is made and read, not after it.
        let during = try #require(try site.measures()[worker])
        while let more = socket.receive(), !more.isEmpty { length += more.count }
        let all = begin.duration(to: .now)

        #expect(length > 10_000_000)
        #expect(first * 4 < all, "the first bytes after \(first), all after \(all)")
        let after = try #require(try site.measures()[worker])
        for measure in [during, after] {
            #expect(Run.isSanitized || measure.privateKilobytes - before.privateKilobytes < 1_024, "\(before), then \(measure)")
        }
        #expect(site.deployment.unexpectedLogLines() == [])
    }

    /// Has each process do once what it can be asked for.
    private func warmUp(_ site: Site) throws {
        for _ in 0..<20 {
            for path in ["sessions?limit=100", "users", "scenarios", "nothing", "sessions?limit=x"] {
                _ = try site.client.get(path, token: site.token)
            }
            for path in ["/live", "/ready", "/metrics", "/status", "/status?json"] { _ = try site.ask(path) }
        }
        _ = try site.status()
    }
}
