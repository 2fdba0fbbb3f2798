import Foundation
import Support
import Testing

@Suite("A pool whose workers are all stopped")
struct StoppedPoolTests {
    private static let backlog = 64
    private static let workers = 4

    @Test("answers 503 at once to whoever its queue has no room for, says so, and recovers by itself")
    func fullQueue() throws {
        let site = try Site(
            workers: Self.workers,
            settings: ["DEBRIEF_BACKLOG": "\(Self.backlog)", "DEBRIEF_STATEMENT_TIMEOUT": "8s", "DEBRIEF_REQUEST_TIMEOUT": "9s"]
        )
        let right = try site.page().body
        #expect(try site.status().status == 0)
        let stopped = site.deployment.workers
        let count = often(5_000, normally: 500)
        let waiting = Self.backlog + 1
        for worker in stopped { kill(worker, SIGSTOP) }

        let callers = Callers()
        for _ in 0..<count { callers.add(try site.client.begin("sessions?limit=1", token: site.token)) }
        var refused = try callers.answered(count - waiting, seconds: 8)
        #expect(refused.allSatisfy { $0.isUnavailable && $0.isWhole })
        let start = Date()
        #expect(try site.page().isUnavailable)
        #expect(Date().timeIntervalSince(start) < 3)
        try expectSaid(site, waiting: waiting)

        // The watchdog ends them, and their successors answer whoever still waits.
        try eventually(within: 40) { stopped.allSatisfy(hasEnded) }
        let rest = try callers.answered(callers.waiting, seconds: 20)
        #expect(rest.allSatisfy { $0.status == 200 && $0.body == right || $0.isUnavailable })
        refused += rest.filter { $0.status == 503 }
        #expect(refused.count <= count - waiting + Self.workers)
        try eventually(within: 10) { try site.status().status == 0 }
        #expect(try site.ask("/status?json").json?["queue"]?.number == 0)
        let load = try Load(site)
        try load.serve(200)
        #expect(Array(try load.stop().statuses.keys) == [200])
        #expect(site.deployment.workers.count == Self.workers)
        #expect(site.deployment.unexpectedLogLines() == [])
    }

    /// Expects that it is said wherever operators look.
    private func expectSaid(_ site: Site, waiting: Int) throws {
        let (status, text) = try site.status()
        #expect(status == 1 && text.contains("the accept queue is full: \(waiting) of \(Self.backlog)"), "\(text)")
        let json = try #require(try site.ask("/status?json").json)
        #expect(json["queue"]?.number == Double(waiting))
        #expect(json["degraded"]?.array?.contains { $0.string?.contains("queue is full") == true } == true)
        #expect(try site.ask("/status").text.contains("queue is full"))
        let metrics = OpenMetrics(try site.ask("/metrics").text)
        #expect(metrics.samples["debrief_accept_queue_length"] == Double(waiting) && metrics.faults.isEmpty)
        // Requests wait, and there may be no more workers.
        try eventually { try site.ask("/status?json").json?["limit_reached"]?.number == 1 }
        #expect(try site.status().text.contains("limit reached 1 time"))
    }
}
