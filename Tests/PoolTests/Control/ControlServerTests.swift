import Foundation
import Support
import Synchronization
import Testing

@testable import Pool

@Suite("The control socket")
struct ControlServerTests {
    private static let done = ControlAnswer(status: 0, text: "done")

    @Test("a command gets the answer to it, whole, with its status")
    func answer() throws {
        let loop = try ControlLoop { ControlAnswer(status: 1, text: "\($0.line) is refused") }
        for command in [ControlCommand.status(json: true), .scale(2...4), .reload] {
            #expect(loop.ask(command) == .success(ControlAnswer(status: 1, text: "\(command.line) is refused")))
        }
        try loop.stop()
    }

    @Test("the file is for its owner alone, and leaves none beside it")
    func mode() throws {
        let loop = try ControlLoop { _ in Self.done }
        var status = stat()
        #expect(stat(loop.path, &status) == 0)
        #expect(status.st_mode & 0o7777 == 0o600)
        let folder = (loop.path as NSString).deletingLastPathComponent
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder) == ["control.sock"])
        try loop.stop()
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder) == [])
    }

    @Test("another account is sent away, even where the file lets it in", .enabled(if: Run.isRoot))
    func stranger() throws {
        let loop = try ControlLoop { _ in Self.done }
        chmod(loop.path, 0o666)
        let stranger = try run([Run.binary, "stop"], environment: ["DEBRIEF_CONTROL": loop.path], as: .debrief)
        #expect(stranger.status == 1)
        #expect(stranger.errors == "debrief: the master ended before it answered, or takes nothing of this account; its log says why\n")
        #expect(loop.commands == 0)
        try loop.stop()
    }

    @Test("a new master takes the path over without a gap, and the old one leaves its file alone")
    func takeover() throws {
        let old = try ControlLoop { _ in nil }
        let asked = Background { old.ask(.upgrade) }
        try eventually { old.commands == 1 }
        let isThere = Mutex(false)
        let refused = Background {
            var refused = 0
            while !isThere.withLock(\.self) {
                do { _ = try Socket(old.path) } catch { refused += 1 }
            }
            return refused
        }
        let new = try ControlLoop(at: old.path) { _ in ControlAnswer(status: 0, text: "new") }
        isThere.withLock { $0 = true }
        #expect(try refused.value() == 0)
        // Who asked the old one is answered by it.
        old.release(ControlAnswer(status: 0, text: "old"))
        #expect(try asked.value() == .success(ControlAnswer(status: 0, text: "old")))
        try old.stop()
        #expect(new.ask(.status(json: false)) == .success(ControlAnswer(status: 0, text: "new")))
        try new.stop()
        #expect(new.ask(.status(json: false)) == .failure(.notRunning(path: new.path)))
    }

    @Test("the file that a killed master left is no hindrance; one that is no socket is left as it is")
    func leftovers() throws {
        let path = "\(Run.makeFolder("ctl", for: .invoker))/control.sock"
        do { _ = try SilentListener(path) }
        let loop = try ControlLoop(at: path) { _ in Self.done }
        #expect(loop.ask(.reload) == .success(Self.done))
        try loop.stop()
        try "precious".write(toFile: path, atomically: false, encoding: .utf8)
        #expect(throws: (any Error).self) { try Self.listen(path) }
        #expect(try String(contentsOfFile: path, encoding: .utf8) == "precious")
        #expect(throws: (any Error).self) { try Self.listen("/nowhere/control.sock") }
        #expect(throws: (any Error).self) { try Self.listen("/tmp/" + String(repeating: "x", count: 107)) }
    }

    private static func listen(_ path: String) throws { _ = try ControlServer(path: path) }

    @Test(
        "nonsense is answered at once, with 64",
        arguments: ["\n", "restart\n", "status\nstatus\n", "status\nx", "\0\u{1}\n", String(repeating: "x", count: 300), "scale 0\n"]
    )
    func nonsense(_ text: String) throws {
        let loop = try ControlLoop { _ in Self.done }
        let answer = try loop.say(text)
        #expect(answer.hasPrefix("64\nthat is no command; wanted is status, "), "\(answer)")
        #expect(answer.split(separator: "\n").count == 2)
        #expect(loop.commands == 0)
        try loop.stop()
    }

    @Test("a line that comes byte by byte is a line")
    func drip() throws {
        let loop = try ControlLoop { ControlAnswer(status: 0, text: $0.line) }
        let socket = try Socket(loop.path)
        for byte in "reload\n".utf8 {
            try socket.send([byte])
            let rounds = loop.rounds
            try eventually { loop.rounds > rounds + 1 }
        }
        #expect(String(decoding: socket.receiveAll(), as: UTF8.self) == "0\nreload\n")
        try loop.stop()
    }

    @Test("a client that says nothing, or never ends its line, is sent away; others are served meanwhile", arguments: ["", "stat"])
    func silent(_ text: String) throws {
        let loop = try ControlLoop(patienceMilliseconds: 3_000) { _ in Self.done }
        let socket = try Socket(loop.path)
        try socket.send(Array(text.utf8))
        try eventually { loop.waits == 2 }
        #expect(loop.ask(.reload) == .success(Self.done))
        #expect(socket.receive(seconds: 10) == [])
        try eventually { loop.waits == 1 }
        try loop.stop()
    }

    @Test("who waits for his answer is not sent away for being silent")
    func patient() throws {
        let loop = try ControlLoop(patienceMilliseconds: 50) { _ in nil }
        let asked = Background { loop.ask(.reload) }
        try eventually { loop.commands == 1 }
        // Another, who came later, has had to go by then.
        #expect(try Socket(loop.path).receive(seconds: 5) == [])
        loop.release(Self.done)
        #expect(try asked.value() == .success(Self.done))
        try loop.stop()
    }

    @Test("a client that hangs up is noticed, whether its command was at work or not, and nothing spins")
    func hangUp() throws {
        let loop = try ControlLoop { _ in nil }
        do {
            let silent = try Socket(loop.path)
            let waiting = try Socket(loop.path)
            try waiting.send(Array("reload\n".utf8))
            try eventually { loop.commands == 1 && loop.waits == 3 }
            waiting.finishSending()
            silent.finishSending()
        }
        try eventually { loop.waits == 1 }
        loop.release(Self.done)
        #expect(try loop.say("reload\n") == "0\ndone\n")
        try loop.stop()
    }

    @Test("an answer of a megabyte comes whole to a client that reads slowly")
    func slowReader() throws {
        let text = String(repeating: "0123456789abcde\n", count: 1 << 16)
        let loop = try ControlLoop { $0 == .status(json: true) ? ControlAnswer(status: 0, text: text) : Self.done }
        let socket = try Socket(loop.path)
        try socket.send(Array("status json\n".utf8))
        try eventually { loop.commands == 1 }
        // While the answer waits to be read, others are served, and the loop waits and does not spin.
        #expect(loop.ask(.reload) == .success(Self.done))
        let (rounds, start) = (loop.rounds, ContinuousClock.now)
        usleep(100_000)
        // A round each ten milliseconds, and some more.
        #expect(Double(loop.rounds - rounds) < 40 + (ContinuousClock.now - start) / .milliseconds(10))
        #expect(String(decoding: socket.receiveAll(), as: UTF8.self) == "0\n" + text)
        try loop.stop()
    }

    @Test("a client that never reads its answer is sent away, and knows that what it has is not whole")
    func noReader() throws {
        let text = String(repeating: "0123456789abcde\n", count: 1 << 16)
        let loop = try ControlLoop(patienceMilliseconds: 300) { _ in ControlAnswer(status: 0, text: text) }
        let socket = try Socket(loop.path)
        try socket.send(Array("status\n".utf8))
        try eventually { loop.commands == 1 }
        try eventually { loop.waits == 1 }
        #expect(socket.receiveAll().count < text.utf8.count)
        try loop.stop()
    }

    @Test("64 clients are served at once; the next waits until one of them is done")
    func many() throws {
        let loop = try ControlLoop { _ in nil }
        let asked = (0..<64).map { _ in Background { loop.ask(.reload) } }
        try eventually { loop.commands == 64 }
        let next = Background { loop.ask(.status(json: false)) }
        let rounds = loop.rounds
        try eventually { loop.rounds > rounds + 5 }
        #expect(loop.commands == 64)
        #expect(loop.waits == 64)
        loop.release(Self.done)
        for one in asked + [next] { #expect(try one.value() == .success(Self.done)) }
        #expect(loop.commands == 65)
        try loop.stop()
    }
}
