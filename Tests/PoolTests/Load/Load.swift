import Foundation
import Support
import Synchronization
import Testing

/// Clients that page through the sessions without end, each on a thread and a connection of its own, and look at each answer.
final class Load: Sendable {
    /// What came back.
    struct Tally {
        /// How often each status.
        var statuses: [Int: Int] = [:]
        /// Answers that nobody may get: another body with 200, half a body, an error in another form, none at all. The first of them.
        var wrong: [String] = []
        /// How many answers were not the page that was asked for.
        var failed = 0
        /// How long the slowest answer took.
        var slowestMilliseconds = 0.0
        /// How many answers a second there were, from the first request to the last.
        var rate = 0.0

        /// How many answers there were.
        var count: Int { statuses.values.reduce(0, +) }
        /// How many callers were told to come again.
        var unavailable: Int { statuses[503] ?? 0 }
    }

    /// What all clients together ask for in a second, where the pool lets them: enough for a load, and little enough that the machine does other
    /// things beside.
    private static let usualRate = 600.0
    /// The least for which a test of the pool counts as one under load.
    static let leastRate = 200.0

    private let isOver = Atomic<Bool>(false)
    private let tally = Mutex(Tally())
    private let work = Mutex<[Background<Void>]>([])
    private let site: Site
    private let start: Date

    init(_ site: Site, clients: Int = 8, rate: Double = usualRate) throws {
        self.site = site
        let pages = try Pages(site)
        start = Date()
        work.withLock { work in
            work = (0..<clients).map { number in
                // Each begins elsewhere, so that all pages are asked for at any time.
                let first = number * pages.bodies.count / clients
                return Background { [self] in try page(through: pages, from: first, pauseSeconds: Double(clients) / rate) }
            }
        }
    }

    private func page(through pages: Pages, from first: Int, pauseSeconds: Double) throws {
        var connection = KeptConnection(site.deployment.httpSocket)
        var index = first
        var due = Date()
        while !isOver.load(ordering: .relaxed) {
            let begin = Date()
            let answer = try connection.ask(pages.requests[index], expecting: pages.bodies[index])
            note(answer, milliseconds: Date().timeIntervalSince(begin) * 1_000)
            // A page that did not come is asked for again.
            if case .expected = answer { index = (index + 1) % pages.bodies.count }
            due = max(due.addingTimeInterval(pauseSeconds), begin)
            let rest = due.timeIntervalSinceNow
            if rest > 0 { usleep(UInt32(rest * 1_000_000)) }
        }
    }

    private func note(_ answer: KeptConnection.Answer, milliseconds: Double) {
        let (status, fault): (Int, String?) =
            switch answer {
            case .expected: (200, nil)
            case .other(let response):
                (response.status, response.isWhole && response.isUnavailable ? nil : "\(response.status) \(response.text.prefix(200))")
            case .none(let received): (0, "no answer, but \(received) bytes of one")
            }
        tally.withLock {
            $0.statuses[status, default: 0] += 1
            if case .expected = answer {} else { $0.failed += 1 }
            $0.slowestMilliseconds = max($0.slowestMilliseconds, milliseconds)
            if let fault, $0.wrong.count < 20 { $0.wrong.append(fault) }
        }
    }

    /// How many answers there are with a status.
    func count(_ status: Int) -> Int { tally.withLock { $0.statuses[status, default: 0] } }

    /// Waits until that many more good answers have come.
    func serve(_ more: Int, within seconds: Double = 30) throws {
        let goal = count(200) + more
        try eventually(within: seconds) { count(200) >= goal }
    }

    /// Waits until it is the load that a test is to be under, and a little more: where the machine stood still for a moment, that takes longer.
    func reachLeastRate() {
        try? eventually(within: 30) { tally.withLock { Double($0.count) } / Date().timeIntervalSince(start) >= Self.leastRate * 1.1 }
    }

    /// Ends it.
    func stop() throws -> Tally {
        let seconds = Date().timeIntervalSince(start)
        tally.withLock { $0.rate = Double($0.count) / seconds }
        isOver.store(true, ordering: .relaxed)
        for client in work.withLock({ $0 }) { try client.value() }
        return tally.withLock { $0 }
    }

    /// Ends it, and expects that nobody had an error, under a load that is one; nor would have had one without nginx, which asks a second worker
    /// where the first is lost.
    @discardableResult
    func expectNoFailure(location: SourceLocation = #_sourceLocation) throws -> Tally {
        reachLeastRate()
        let tally = try stop()
        #expect(Array(tally.statuses.keys) == [200] && tally.wrong.isEmpty, "\(tally)", sourceLocation: location)
        #expect(tally.rate >= Self.leastRate, "\(tally)", sourceLocation: location)
        // Nor has anybody waited for what happened meanwhile.
        #expect(tally.slowestMilliseconds < 10_000, "\(tally)", sourceLocation: location)
        // Such a request has two upstream statuses, with a comma between.
        let repeated = lines(site.deployment.accessLog).filter { $0.contains(/"upstream_status":"[^"]*,/) }
        #expect(repeated.isEmpty, sourceLocation: location)
        return tally
    }
}
