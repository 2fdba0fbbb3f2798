import Foundation
import Support
import Testing

/// Not where AddressSanitizer has to be the first library that is loaded.
@Suite("The machine's clock", .enabled(if: Clock.isPossible && !Run.isSanitized))
struct ClockTests {
    private static let day = 86_400

    @Test("set forward and back under load costs no caller and no worker anything, and the log goes by it")
    func jumps() throws {
        let clock = try Clock()
        let site = try makeSite(clock, workers: 2)
        let workers = site.deployment.workers
        let ended = site.logged("a worker ended")
        let load = try Load(site)
        let all = [Self.day, -Self.day, 0, 3_600, -3_600, 400 * Self.day]
        let jumps = all.prefix(often(all.count, normally: 2))
        for jump in jumps {
            try clock.jump(seconds: jump)
            try load.serve(100)
            // Whoever watches signs of life does so each second.
            let end = Date().addingTimeInterval(Run.isLong ? 5 : 1.1)
            try eventually(within: 20) { Date() > end }
            try load.serve(50)
            let response = try site.page()
            let id = try #require(response.field("X-Request-Id"))
            let entry = try site.entry(ofRequest: id)
            let time = try #require(entry["time"]?.string.flatMap(moment))
            #expect(abs(time.timeIntervalSinceNow - Double(jump)) < 60, "\(entry)")
            #expect(entry["milliseconds"]?.number ?? -1 >= 0 && entry["milliseconds"]?.number ?? .infinity < 10_000)
            #expect(try site.ask("/ready").status == 200)
            #expect(try site.status().status == 0)
        }
        let tally = try load.expectNoFailure()
        #expect(site.deployment.workers == workers)
        #expect(site.logged("a worker ended") == ended)
        #expect(site.deployment.unexpectedLogLines() == [])
        Run.report(
            """
            host faults: \(jumps.count) jumps of the clock, \(tally.failed) of \(tally.count) requests failed, \(site.deployment.lost(of: workers)) workers \
            lost
            """
        )
    }

    @Test("set while a request waits ends it neither early nor late", arguments: Run.isLong ? [day, -day] : [day])
    func waiting(jump: Int) throws {
        let clock = try Clock()
        let site = try makeSite(clock, workers: 1, settings: ["DEBRIEF_STATEMENT_TIMEOUT": "2s", "DEBRIEF_REQUEST_TIMEOUT": "3s"])
        let workers = site.deployment.workers
        try site.lockSessions()
        let start = Date()
        let caller = try site.beginWaiting()
        try clock.jump(seconds: jump)
        let response = caller.response()
        try site.unlockSessions()
        #expect(response.status == 504, "\(response.text)")
        #expect((1.9...10).contains(Date().timeIntervalSince(start)))
        #expect(try site.page().status == 200)
        #expect(site.deployment.workers == workers)
    }

    @Test("decides nothing about tokens, which end by the database's clock, nor about dates in answers; the summary's usual period goes by it")
    func meaning() throws {
        let clock = try Clock()
        let site = try makeSite(clock, workers: 2)
        let tenant = try site.database.demoTenant()
        let right = try site.page().body
        let hour = try site.database.makeToken(tenant: tenant, arguments: ["--expires-in", "1h"])
        let over = try site.database.makeToken(tenant: tenant, arguments: ["--expires-in", "90d"])
        try site.database.sql(
            """
            update api_tokens set created_at = now() - interval '2 hours', expires_at = now() - interval '1 hour'
            where token_hash = sha256($1::bytea)
            """,
            over
        )
        for jump in [Self.day, -Self.day] {
            try clock.jump(seconds: jump)
            #expect(try site.client.get("sessions?limit=1", token: hour).status == 200)
            #expect(try site.client.get("sessions?limit=1", token: over).errorCode == "invalid_token")
            #expect(try site.page().body == right)
            let data = try #require(try site.client.get("analytics/summary", token: site.token).json?["data"])
            let to = try #require(data["to"]?.string.flatMap(moment))
            let from = try #require(data["from"]?.string.flatMap(moment))
            #expect(abs(to.timeIntervalSinceNow - Double(jump)) < 60, "\(data)")
            #expect(abs(to.timeIntervalSince(from) - Double(30 * Self.day)) < 1)
        }
        #expect(site.deployment.unexpectedLogLines() == [])
    }

    /// A pool that goes by the clock, its nginx and its database by the machine's.
    private func makeSite(_ clock: Clock, workers: Int, settings: [String: String] = [:]) throws -> Site {
        let site = try Site(workers: workers, settings: settings)
        let former = site.deployment.master
        former.send(SIGTERM)
        #expect(former.wait() == 0)
        try site.deployment.startMaster(wrapper: clock.wrapper)
        try eventually(within: 30) { try site.ask("/ready").status == 200 && site.deployment.workers.count == workers }
        return site
    }

    /// What RFC 3339 text means, with or without a fraction.
    private func moment(_ text: String) -> Date? {
        let whole = text.prefix(19) + "Z"
        return ISO8601DateFormatter().date(from: String(whole))
    }
}
