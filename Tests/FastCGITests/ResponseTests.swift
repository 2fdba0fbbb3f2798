import Foundation
import Support
import SystemPackage
import Testing
import Waiting

@testable import FastCGI

@Suite("A response that is sent")
struct ResponseTests {
    private static let stdout: UInt8 = 6
    private static let endRequest: UInt8 = 3
    private static let head = Array("Status: 200 OK\r\n\r\n".utf8)

    /// A request of that id, read from the peer.
    private func makeRequest(from peer: Peer, id: UInt16 = 1) throws -> Request {
        peer.write(FastCGIRecord.request([("REQUEST_URI", "/")], id: id))
        var request = FastCGITests.makeRequest()
        try request.read(from: peer.worker)
        return request
    }

    private func bytes(_ count: Int) -> [UInt8] { (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 7 &+ $0 >> 8) } }

    /// What the records carry, without their ends.
    private func content(_ records: [(type: UInt8, id: UInt16, content: [UInt8])]) -> [UInt8] {
        Array(records.filter { $0.type == Self.stdout }.map(\.content).joined())
    }

    @Test("a body of any size arrives once, in its order, and ends once", arguments: [0, 1, 65_527, 65_528, 65_529, 131_056, 1_048_576])
    func sizes(size: Int) throws {
        let peer = try Peer()
        var request = try makeRequest(from: peer, id: 0x0203)
        let reader = Background { peer.readAll() }
        let body = bytes(size)
        try request.send(head: Self.head.span.bytes, body: body.span.bytes, isLast: true, until: .ample)
        request.finish()
        let all = try #require(records(try reader.value()))
        #expect(content(all) == Self.head + body)
        #expect(all.allSatisfy { $0.id == 0x0203 })
        // The end of the stream, then of the request: status 0, complete.
        let end = all.suffix(2)
        #expect(end.map(\.type) == [Self.stdout, Self.endRequest])
        #expect(end.map(\.content) == [[], [UInt8](repeating: 0, count: 8)])
        #expect(all.dropLast(2).allSatisfy { $0.type == Self.stdout && !$0.content.isEmpty })
    }

    @Test("a response of several parts ends with the last alone", arguments: [0, 1, 100_000])
    func parts(lastSize: Int) throws {
        let peer = try Peer()
        var request = try makeRequest(from: peer)
        let reader = Background { peer.readAll() }
        let (body, last) = (bytes(70_000), bytes(lastSize))
        try request.send(head: Self.head.span.bytes, body: body.span.bytes, isLast: false, until: .ample)
        try request.send(head: [UInt8]().span.bytes, body: body.span.bytes, isLast: false, until: .ample)
        try request.send(head: [UInt8]().span.bytes, body: last.span.bytes, isLast: true, until: .ample)
        request.finish()
        let all = try #require(records(try reader.value()))
        #expect(content(all) == Self.head + body + body + last)
        #expect(all.filter { $0.type == Self.endRequest }.count == 1)
        #expect(all.last?.type == Self.endRequest)
    }

    @Test("a response that is finished before its last part has no end: the peer can tell that it was cut")
    func cut() throws {
        let peer = try Peer()
        var request = try makeRequest(from: peer)
        let reader = Background { peer.readAll() }
        let body = bytes(70_000)
        try request.send(head: Self.head.span.bytes, body: body.span.bytes, isLast: false, until: .ample)
        request.finish()
        let all = try #require(records(try reader.value()))
        #expect(content(all) == Self.head + body)
        #expect(all.allSatisfy { $0.type == Self.stdout && !$0.content.isEmpty })
    }

    @Test("a peer that never reads is given up at the deadline")
    func slowReader() throws {
        let peer = try Peer()
        var request = try makeRequest(from: peer)
        let body = bytes(4_000_000)
        let start = monotonicMilliseconds()
        let error = failure { try request.send(head: Self.head.span.bytes, body: body.span.bytes, isLast: true, until: .after(milliseconds: 200)) }
        #expect(error == .timedOut)
        #expect((200..<15_000).contains(monotonicMilliseconds() - start))
        request.finish()
    }

    @Test("after a response that was given up the next begins with nothing of it")
    func afterFailure() throws {
        let slow = try Peer()
        var request = try makeRequest(from: slow)
        let body = bytes(4_000_000)
        _ = failure { try request.send(head: Self.head.span.bytes, body: body.span.bytes, isLast: true, until: .after(milliseconds: 20)) }
        request.finish()

        let peer = try Peer()
        peer.write(FastCGIRecord.request([]))
        try request.read(from: peer.worker)
        try request.send(head: Self.head.span.bytes, body: bytes(1).span.bytes, isLast: true, until: .ample)
        request.finish()
        let all = try #require(records(peer.readAll()))
        #expect(content(all) == Self.head + bytes(1))
    }

    @Test("a peer that is gone is an error of the send, and raises no SIGPIPE")
    func gone() throws {
        let peer = try Peer()
        var request = try makeRequest(from: peer)
        peer.leave()
        // Blocked, so that it would stay pending and could be seen, whatever the process does with it.
        var (pipe, before, pending) = (sigset_t(), sigset_t(), sigset_t())
        sigemptyset(&pipe)
        sigaddset(&pipe, SIGPIPE)
        pthread_sigmask(SIG_BLOCK, &pipe, &before)
        defer { pthread_sigmask(SIG_SETMASK, &before, nil) }
        let error = failure { try request.send(head: Self.head.span.bytes, body: bytes(1).span.bytes, isLast: true, until: .ample) }
        sigpending(&pending)
        #expect(error == .system(.brokenPipe))
        #expect(sigismember(&pending, SIGPIPE) == 0)
        request.finish()
    }
}
