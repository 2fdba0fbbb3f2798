import Foundation
import Support
import Synchronization
import Testing

@Suite("The operator's process under faults")
struct OperatorFaultTests {
    @Test("says how many connections wait for a worker")
    func queue() throws {
        let site = try Site()
        let stopped = site.deployment.workers
        for worker in stopped { kill(worker, SIGSTOP) }
        defer { for worker in stopped { kill(worker, SIGCONT) } }
        let callers = Callers()
        for count in 1...7 {
            callers.add(try site.client.begin("sessions?limit=1", token: site.token))
            try eventually { try site.ask("/status?json").json?["queue"]?.number == Double(count) }
        }
        #expect(try OpenMetrics(site.ask("/metrics").text).samples["debrief_accept_queue_length"] == 7)
        #expect(try site.ask("/status").text.contains("7 of "))
        #expect(try site.status().text.contains(/queue +7 of [0-9]+/))
        for worker in stopped { kill(worker, SIGCONT) }
        #expect(try callers.answered(7, seconds: 20).allSatisfy { $0.status == 200 })
        try eventually { try site.ask("/status?json").json?["queue"]?.number == 0 }
    }

    @Test("hands its socket over at reload and upgrade without a caller who finds nobody")
    func takeover() throws {
        let site = try Site()
        try eventually(within: 30) { try site.ask("/live").status == 200 }
        let poll = Poll(everyMilliseconds: 1) { try site.ask("/live").text == "live\n" }
        for _ in 0..<often(20, normally: 4) {
            try site.tell(.reload)
            try poll.wait(more: 5)
        }
        for _ in 0..<often(10, normally: 3) {
            try site.tell(.upgrade)
            try poll.wait(more: 5)
        }
        try poll.expectNoFailure()
        #expect(site.deployment.unexpectedLogLines() == [])
    }

    @Test("leaves nobody unanswered who waits for it, whether it was told to go or another takes its place", arguments: [false, true])
    func leaving(isReload: Bool) throws {
        let site = try Site()
        try eventually(within: 30) { try site.ask("/live").status == 200 }
        let process = try #require(site.deployment.operatorProcess)
        kill(process, SIGSTOP)
        defer { kill(process, SIGCONT) }
        let callers = Callers()
        for _ in 0..<20 {
            let socket = try Socket("\(site.deployment.folder)/operator-http.sock")
            try socket.send(Array("GET /live HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n".utf8))
            callers.add(socket)
        }
        try eventually { try queueLength(at: "\(site.deployment.folder)/.op\(site.deployment.masterID)") == 20 }
        if isReload {
            try site.tell(.reload)
        } else {
            kill(process, SIGQUIT)
            kill(process, SIGCONT)
        }
        #expect(try callers.answered(20, seconds: 10).allSatisfy { $0.status == 200 && $0.text == "live\n" })
        kill(process, SIGCONT)
        try eventually(within: 5) { hasEnded(process) }
        try eventually(within: 5) { try site.ask("/live").status == 200 }
        #expect(site.deployment.unexpectedLogLines() == [])
    }

    @Test("is replaced a second after its own start where it is killed, and costs no caller of the API anything")
    func killed() throws {
        let site = try Site(workers: 4)
        try eventually(within: 30) { try site.ask("/live").status == 200 }
        let load = try Load(site)
        var seconds: [Double] = []
        for _ in 0..<often(10, normally: 3) {
            let start = Date()
            let process = try #require(site.deployment.operatorProcess)
            kill(process, SIGKILL)
            try eventually { hasEnded(process) }
            try eventually(within: 5) { try site.ask("/live").status == 200 }
            seconds.append(Date().timeIntervalSince(start))
            #expect(site.deployment.operatorProcess != process)
        }
        #expect(site.logged("the operator's process ended") == often(10, normally: 3))
        // The first had been there for longer. The machine may be slow, and is not always.
        #expect(seconds.dropFirst().contains { $0 < 1.7 }, "\(seconds)")
        try load.expectNoFailure()
        #expect(site.deployment.unexpectedLogLines() == [])
    }

    @Test("has metrics that are whole at any moment of reloads under load, and whose counters never go down")
    func metrics() throws {
        let site = try Site(workers: 4)
        let load = try Load(site)
        let last = Mutex<[String: Double]>([:])
        let fault = Mutex("")
        let poll = Poll(everyMilliseconds: 50) {
            let response = try site.ask("/metrics")
            let read = OpenMetrics(response.text)
            let fallen = last.withLock { last in
                defer { last = read.samples }
                return last.filter { Self.isCounter($0.key) && read.samples[$0.key] ?? -1 < $0.value }
            }
            guard response.status == 200, response.isWhole, read.faults.isEmpty, fallen.isEmpty else {
                fault.withLock { $0 = "\(response.status) \(read.faults) \(fallen)" }
                return false
            }
            return true
        }
        for _ in 0..<often(20, normally: 6) {
            try site.tell(.reload)
            try load.serve(50)
        }
        try poll.wait(more: 2)
        try poll.expectNoFailure()
        #expect(fault.withLock { $0 } == "")
        #expect(last.withLock { $0[#"debrief_reloads_total{result="done"}"#] } == Double(often(20, normally: 6)))
        try load.expectNoFailure()
        #expect(site.deployment.unexpectedLogLines() == [])
    }

    /// Whether a sample may not fall.
    private static func isCounter(_ sample: String) -> Bool {
        let name = sample.prefix { $0 != "{" }
        return ["_total", "_count", "_sum", "_bucket"].contains { name.hasSuffix($0) }
    }

    /// How many connections wait at a Unix socket, by the name that it was bound to: those of /proc/net/unix that are not accepted yet.
    private func queueLength(at path: String) throws -> Int {
        // Foundation reads a page of such a file, and no more.
        let sockets = try run(["/bin/cat", "/proc/net/unix"]).output
        // Num RefCount Protocol Flags Type St Inode Path; unix(7): 02 connects, and inode 0 has nobody who could hold it.
        let entries: [[Substring]] = lines(sockets).map { $0.split(separator: " ") }
        return entries.count { $0.count == 8 && $0[7] == path && $0[5] == "02" && $0[6] == "0" }
    }
}

/// Something that is asked again and again, on a thread of its own, and has to be as it should be each time.
private final class Poll: Sendable {
    private let isOver = Atomic<Bool>(false)
    private let asked = Atomic<Int>(0)
    private let failed = Atomic<Int>(0)
    private let work = Mutex<Background<Void>?>(nil)

    init(everyMilliseconds pause: UInt32, _ ask: @escaping @Sendable () throws -> Bool) {
        let background = Background { [self] in
            while !isOver.load(ordering: .relaxed) {
                if (try? ask()) != true { failed.add(1, ordering: .relaxed) }
                asked.add(1, ordering: .relaxed)
                usleep(pause * 1_000)
            }
        }
        work.withLock { $0 = background }
    }

    /// Waits until it was asked so much more often.
    func wait(more count: Int) throws {
        let goal = asked.load(ordering: .relaxed) + count
        try eventually(within: 30) { asked.load(ordering: .relaxed) >= goal }
    }

    /// Ends it.
    func expectNoFailure(location: SourceLocation = #_sourceLocation) throws {
        isOver.store(true, ordering: .relaxed)
        try work.withLock { $0 }?.value()
        let (failed, asked) = (failed.load(ordering: .relaxed), asked.load(ordering: .relaxed))
        #expect(failed == 0, "of \(asked)", sourceLocation: location)
    }
}
