import Foundation
import Support
import Testing

/// Clients that reach the FastCGI socket without nginx. A worker gives each at most two seconds.
@Suite("A client that is not nginx")
struct BadClientTests {
    private static let request = FastCGIRecord.get("sessions?limit=1", token: "x")

    /// What a client sends before it says nothing more.
    static let beginnings: [(name: String, bytes: [UInt8])] = [
        ("nothing", []),
        ("a byte", [1]),
        ("half a header", Array(request.prefix(4))),
        ("a beginning", FastCGIRecord.begin()),
        ("all but the last byte", request.dropLast()),
    ]

    /// A pool of one worker, so that it is this one that has to go on.
    private let site = Swift.Result { try Site(workers: 1) }

    @Test("says nothing, or only half, and is closed; the worker goes on", arguments: beginnings.indices)
    func silent(index: Int) throws {
        let site = try site.get()
        let socket = try Socket(site.deployment.fastCGISocket)
        try socket.send(Self.beginnings[index].bytes)
        try eventually(within: 8) { socket.isClosed }
        #expect(try site.page().status == 200)
    }

    @Test("drips a byte now and then, and is closed all the same")
    func drip() throws {
        let site = try site.get()
        let socket = try Socket(site.deployment.fastCGISocket)
        try socket.send(FastCGIRecord.begin())
        let drops = FastCGIRecord.record(type: 4, [UInt8](repeating: 0, count: 60_000))
        let start = Date()
        var sent = 0
        try eventually(within: 20) {
            if sent < drops.count { try? socket.send([drops[sent]]) }
            sent += 1
            return socket.isClosed
        }
        // A drop that no longer fits waits until it is closed.
        #expect((1..<15).contains(Date().timeIntervalSince(start)))
        #expect(try site.page().status == 200)
    }

    @Test("leaves in the middle, and the worker goes on")
    func leaves() throws {
        let site = try site.get()
        for count in [0, 1, 20, Self.request.count - 1] {
            let socket = try Socket(site.deployment.fastCGISocket)
            try socket.send(Array(Self.request.prefix(count)))
        }
        #expect(try site.page().status == 200)
        let worker = site.deployment.workers
        // One that asks for all and does not wait for the answer.
        for _ in 0..<20 { try Socket(site.deployment.fastCGISocket).send(Self.request) }
        #expect(try site.page().status == 200)
        #expect(site.deployment.workers == worker)
    }

    @Test("holds up one worker, while the others answer")
    func meanwhile() throws {
        let site = try Site(workers: 2)
        // On a machine so slow that a request takes the two seconds, the silent one may be gone first.
        for _ in 0..<5 {
            let silent = try Socket(site.deployment.fastCGISocket)
            #expect(try site.page().status == 200)
            if !silent.isClosed { return }
        }
        Issue.record("each time the silent client was gone before the others were answered")
    }

    @Test("sends garbage two hundred times, is closed at once each time, and leaves no memory behind")
    func garbage() throws {
        let site = try site.get()
        let worker = try #require(site.deployment.workers.first)
        try sendGarbage(60, to: site)
        let before = try anonymousKilobytes(of: worker)
        try sendGarbage(200, to: site)
        let after = try anonymousKilobytes(of: worker)
        #expect(Run.isSanitized || after - before < 256, "\(before) kB, then \(after) kB")
        #expect(site.deployment.workers == [worker])
        #expect(try site.page().status == 200)
    }

    private func sendGarbage(_ count: Int, to site: Site) throws {
        var generator = SeededGenerator(seed: UInt64(count))
        let fourTimes = (0..<4).flatMap { _ in FastCGIRecord.pair("FCGI_MAX_CONNS", "") }
        for number in 0..<count {
            let socket = try Socket(site.deployment.fastCGISocket)
            let bytes: [UInt8] =
                switch number % 5 {
                case 0: (0..<200).map { _ in UInt8.random(in: 2...255, using: &generator) }
                case 1: FastCGIRecord.record(type: 9, id: 0, fourTimes)
                case 2:
                    FastCGIRecord.begin()
                        + (0..<70).flatMap { _ in FastCGIRecord.record(type: 4, [UInt8](repeating: 0, count: 1_000)) }
                case 3: FastCGIRecord.begin() + FastCGIRecord.record(type: 2, [])
                default:
                    FastCGIRecord.begin() + FastCGIRecord.record(type: 4, [UInt8](repeating: 255, count: 8)) + FastCGIRecord.record(type: 4, [])
                }
            // It may be closed before all was sent.
            try? socket.send(bytes)
            try eventually(within: 8) { socket.isClosed }
        }
    }

    private func anonymousKilobytes(of pid: pid_t) throws -> Int {
        let status = try String(contentsOfFile: "/proc/\(pid)/status", encoding: .utf8)
        let line = try #require(lines(status).first { $0.hasPrefix("RssAnon:") })
        return try #require(line.split(whereSeparator: { $0 == " " || $0 == "\t" }).dropFirst().first.flatMap { Int($0) })
    }
}
