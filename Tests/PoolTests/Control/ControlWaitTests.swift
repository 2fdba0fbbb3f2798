import Foundation
import Support
import Testing
import Waiting

@testable import Pool

@Suite("What the master's loop is told to wait for")
struct ControlWaitTests {
    /// The readiness that the one client is waited for; nil where there is none.
    private static func readiness(_ server: borrowing ControlServer) -> Readiness? { server.waits.count == 2 ? server.waits[1].readiness : nil }

    /// Does what is ready until a command comes.
    private static func next(_ server: inout ControlServer) throws -> (command: ControlCommand, client: ControlClientID) {
        var asked: [(command: ControlCommand, client: ControlClientID)] = []
        let deadline = Deadline.after(milliseconds: 10_000)
        while asked.isEmpty, !deadline.hasPassed {
            _ = wait(forAny: server.waits, until: deadline)
            asked = server.commands()
        }
        return try #require(asked.first)
    }

    private let path = "\(Run.makeFolder("ctl", for: .invoker))/control.sock"

    @Test("a client: to ask, within a limit; while it waits, to hang up, without one; then to take its answer, within a limit")
    func stages() throws {
        var server = try ControlServer(path: path, patienceMilliseconds: 20_000)
        #expect(server.deadline == nil)
        let socket = try Socket(path)
        #expect(server.commands().isEmpty)
        #expect(Self.readiness(server) == .readable)
        #expect(server.deadline != nil)

        try socket.send(Array("status\n".utf8))
        let (command, client) = try Self.next(&server)
        #expect(command == .status(json: false))
        #expect(Self.readiness(server) == .readable)
        #expect(server.deadline == nil)
        // Nothing is ready: the loop would sleep.
        #expect(wait(forAny: server.waits, until: .after(milliseconds: 20)).isEmpty)

        server.answer(client, status: 0, text: String(repeating: "x", count: 1 << 20))
        #expect(Self.readiness(server) == .writable)
        #expect(server.deadline != nil)
        #expect(wait(forAny: server.waits, until: .after(milliseconds: 20)).isEmpty)
        var count = 0
        while server.waits.count == 2 {
            count += socket.receive()?.count ?? 0
            _ = wait(forAny: server.waits, until: .after(milliseconds: 10))
            #expect(server.commands().isEmpty)
        }
        count += socket.receiveAll().count
        #expect(count == "0\n\n".utf8.count + (1 << 20))
        #expect(server.deadline == nil)
    }

    @Test("the answer ends the connection for its client, also where a worker that was forked meanwhile still holds it")
    func forked() throws {
        var server = try ControlServer(path: path)
        let socket = try Socket(path)
        try socket.send(Array("reload\n".utf8))
        let client = try Self.next(&server).client
        let copy = dup(server.waits[1].descriptor)
        server.answer(client, status: 0, text: "reloaded")
        #expect(String(decoding: socket.receiveAll(seconds: 5), as: UTF8.self) == "0\nreloaded\n")
        let isClosed = socket.isClosed
        #expect(isClosed)
        close(copy)
    }

    @Test("who was answered, or has hung up, is no client any more: a second answer goes nowhere")
    func twice() throws {
        var server = try ControlServer(path: path)
        let socket = try Socket(path)
        try socket.send(Array("reload\n".utf8))
        let client = try Self.next(&server).client
        server.answer(client, status: 0, text: "reloaded")
        server.answer(client, status: 1, text: "or not")
        #expect(String(decoding: socket.receiveAll(), as: UTF8.self) == "0\nreloaded\n")
        #expect(server.waits.count == 1)
    }
}
