import Foundation
import Support
import Testing
import Waiting

@testable import Pool

@Suite("Asking the master")
struct ControlClientTests {
    @Test("where nobody listens, the pool is not running: no file, the file of a killed master, or one that is no socket")
    func notRunning() throws {
        let folder = Run.makeFolder("ctl", for: .invoker)
        do { _ = try SilentListener("\(folder)/stale.sock") }
        try "text".write(toFile: "\(folder)/file", atomically: false, encoding: .utf8)
        for path in ["\(folder)/none.sock", "\(folder)/stale.sock", "\(folder)/file"] {
            #expect(throws: ControlError.notRunning(path: path)) { try ControlClient.ask(.reload, at: path, within: 1_000) }
        }
    }

    @Test("a master that does not answer in time is given up, whether it has not accepted, or has, or its queue is full")
    func noAnswer() throws {
        let path = "\(Run.makeFolder("ctl", for: .invoker))/control.sock"
        let listener = try SilentListener(path)
        #expect(throws: ControlError.noAnswer(milliseconds: 200)) { try ControlClient.ask(.reload, at: path, within: 200) }
        let loop = try ControlLoop { _ in nil }
        #expect(loop.ask(.reload, milliseconds: 200) == .failure(.noAnswer(milliseconds: 200)))
        try loop.stop()
        // Its queue takes 16, and keeps those who have left, too.
        for _ in 0..<20 { _ = try? ControlClient.ask(.reload, at: path, within: 1) }
        let began = monotonicMilliseconds()
        #expect(throws: ControlError.noAnswer(milliseconds: 500)) { try ControlClient.ask(.reload, at: path, within: 500) }
        // It has tried all the time.
        #expect(monotonicMilliseconds() - began >= 500)
        _ = consume listener
    }

    @Test("a master that ends before it answers is told apart from one that never was")
    func ended() throws {
        let loop = try ControlLoop { _ in nil }
        let asked = Background { loop.ask(.reload) }
        try eventually { loop.commands == 1 }
        try loop.stop()
        #expect(try asked.value() == .failure(.masterEnded))
    }

    @Test("a stop that was done returns when the master is gone, not when it has said so")
    func stop() throws {
        let loop = try ControlLoop { $0 == .stop ? ControlAnswer(status: 0, text: "stopped") : nil }
        let socket = try Socket(loop.path)
        try socket.send(Array("stop\n".utf8))
        #expect(socket.receive() == Array("0\nstopped\n".utf8))
        let isOpen = !socket.isClosed
        #expect(isOpen)
        #expect(loop.ask(.stop, milliseconds: 200) == .failure(.noAnswer(milliseconds: 200)))
        let asked = Background { loop.ask(.stop) }
        try eventually { loop.commands == 3 }
        try loop.stop()
        #expect(try asked.value() == .success(ControlAnswer(status: 0, text: "stopped")))
        let isClosed = socket.isClosed
        #expect(isClosed)
    }

    @Test("a stop that was refused returns at once")
    func refusedStop() throws {
        let loop = try ControlLoop { _ in ControlAnswer(status: 1, text: "no") }
        #expect(loop.ask(.stop) == .success(ControlAnswer(status: 1, text: "no")))
        try loop.stop()
    }
}
