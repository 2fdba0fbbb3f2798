import Foundation
import Support
import Testing
import Waiting

@testable import FastCGI

@Suite("The gate")
struct GateTests {
    private static let request = FastCGIRecord.get("sessions", token: "x")

    /// What the gate says of a connection; nil where it lets it pass. Less than the limit it never takes, and not much more.
    private func judge(_ peer: Peer, milliseconds: Int = 30_000) -> FastCGIError? {
        let gate = Gate()
        return failure { try gate.admit(peer.worker, until: .after(milliseconds: milliseconds)) }
    }

    @Test("a whole request passes, and nothing of it is taken")
    func whole() throws {
        let peer = try Peer()
        defer { peer.closeWorker() }
        peer.write(Self.request)
        #expect(judge(peer) == nil)
        var buffer = [UInt8](repeating: 0, count: Self.request.count + 1)
        #expect(recv(peer.worker, &buffer, buffer.count, CInt(MSG_DONTWAIT)) == Self.request.count)
    }

    @Test("a request that comes in two writes passes", arguments: [1, 8, 16, 17, request.count - 8, request.count - 1])
    func twoWrites(first: Int) throws {
        let peer = try Peer()
        defer { peer.closeWorker() }
        peer.write(Array(Self.request[..<first]))
        let gate = Background { failure { try Gate().admit(peer.worker, until: .ample) } }
        peer.write(Array(Self.request[first...]))
        #expect(try gate.value() == nil)
    }

    @Test("a peer that says nothing is given up at the deadline")
    func silent() throws {
        let peer = try Peer()
        defer { peer.closeWorker() }
        let start = monotonicMilliseconds()
        #expect(judge(peer, milliseconds: 200) == .timedOut)
        #expect((200..<15_000).contains(monotonicMilliseconds() - start))
    }

    @Test("a peer that says half of it is given up at the deadline", arguments: [1, 7, 8, 100, request.count - 1])
    func half(count: Int) throws {
        let peer = try Peer()
        defer { peer.closeWorker() }
        peer.write(Array(Self.request[..<count]))
        let start = monotonicMilliseconds()
        #expect(judge(peer, milliseconds: 100) == .timedOut)
        #expect((100..<15_000).contains(monotonicMilliseconds() - start))
    }

    @Test("a byte now and then does not move the deadline")
    func drip() throws {
        let peer = try Peer()
        let stop = try Peer()
        peer.write(FastCGIRecord.begin())
        // As long as the gate is open; far more time than its limit.
        let dripping = Background {
            for byte in FastCGIRecord.record(type: 4, [UInt8](repeating: 0, count: 60_000)) {
                peer.write([byte])
                if wait(for: .readable, of: stop.worker, until: .after(milliseconds: 10)) { return }
            }
        }
        let start = monotonicMilliseconds()
        #expect(judge(peer, milliseconds: 300) == .timedOut)
        #expect((300..<15_000).contains(monotonicMilliseconds() - start))
        stop.leave()
        try dripping.value()
        peer.closeWorker()
        stop.closeWorker()
    }

    @Test("a peer that leaves before it said anything is closed at once")
    func leaves() throws {
        let peer = try Peer()
        defer { peer.closeWorker() }
        peer.leave()
        #expect(judge(peer) == .closed)
    }

    @Test("a peer that leaves within its request, or says there that nothing more comes, is closed at once", arguments: [true, false])
    func leavesWithin(isGone: Bool) throws {
        let peer = try Peer()
        defer { peer.closeWorker() }
        peer.write(Array(Self.request[..<20]))
        if isGone { peer.leave() } else { peer.finish() }
        #expect(judge(peer) == .closed)
    }

    @Test("a peer that has said all, and that nothing more comes, waits for its answer, and passes")
    func finished() throws {
        let peer = try Peer()
        defer { peer.closeWorker() }
        peer.write(Self.request)
        peer.finish()
        #expect(judge(peer) == nil)
    }

    @Test("a request of 64 kB passes, a larger one is refused before it is whole")
    func size() throws {
        let frame = FastCGIRecord.request([]).count + FastCGIRecord.record(type: 4, []).count
        for (size, verdict) in [(65_536, nil), (65_537, FastCGIError.malformed)] {
            let peer = try Peer()
            defer { peer.closeWorker() }
            let content = [UInt8](repeating: 0, count: size - frame)
            let start = FastCGIRecord.begin() + FastCGIRecord.record(type: 4, content) + FastCGIRecord.record(type: 4, [])
            peer.write(start + FastCGIRecord.record(type: 5, []))
            #expect(judge(peer) == verdict, "\(size) bytes")
        }
    }

    @Test("endless parameters are refused as soon as they are larger than a request may be")
    func endless() throws {
        let peer = try Peer()
        peer.write(FastCGIRecord.begin())
        let writer = Background {
            for _ in 0..<1_000 { peer.write(FastCGIRecord.record(type: 4, [UInt8](repeating: 0, count: 1_000))) }
        }
        #expect(judge(peer) == .malformed)
        peer.closeWorker()
        try writer.value()
    }

    @Test("what can never become a request is refused at once", arguments: RequestScanTests.malformed.indices)
    func malformed(index: Int) throws {
        let peer = try Peer()
        defer { peer.closeWorker() }
        peer.write(RequestScanTests.malformed[index].bytes)
        #expect(judge(peer) == .malformed)
    }
}
