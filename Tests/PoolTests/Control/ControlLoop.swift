import Foundation
import Support
import Synchronization
import Waiting

@testable import Pool

/// A control server in a loop like the master's, on a thread of its own, in a folder of its own.
final class ControlLoop: Sendable {
    /// What the loop does with a command: its answer; nil for none yet.
    typealias Answer = @Sendable (ControlCommand) -> ControlAnswer?

    let path: String
    private let isListening = Atomic<Bool>(false)
    private let isOver = Atomic<Bool>(false)
    private let waitingCount = Atomic<Int>(0)
    private let commandCount = Atomic<Int>(0)
    private let roundCount = Atomic<Int>(0)
    private let held = Mutex<ControlAnswer?>(nil)
    private let work = Mutex<Background<Void>?>(nil)

    /// Begins; `path` is where it listens instead of at one of its own.
    init(at path: String? = nil, patienceMilliseconds: Int = 5_000, answer: @escaping Answer) throws {
        let path = path ?? "\(Run.makeFolder("ctl", for: .invoker))/control.sock"
        self.path = path
        let work = Background { [self] in
            var server = try ControlServer(path: path, patienceMilliseconds: patienceMilliseconds)
            var waiting: [ControlClientID] = []
            isListening.store(true, ordering: .releasing)
            while !isOver.load(ordering: .relaxed) {
                let tick = Deadline.after(milliseconds: 10)
                _ = wait(forAny: server.waits, until: min(tick, server.deadline ?? tick))
                roundCount.add(1, ordering: .relaxed)
                for (command, client) in server.commands() {
                    commandCount.add(1, ordering: .relaxed)
                    if let answer = answer(command) {
                        server.answer(client, status: answer.status, text: answer.text)
                    } else {
                        waiting.append(client)
                    }
                }
                if let answer = held.withLock({ $0 }) {
                    for client in waiting { server.answer(client, status: answer.status, text: answer.text) }
                    waiting = []
                }
                waitingCount.store(server.waits.count, ordering: .relaxed)
            }
            server.removeFile()
        }
        self.work.withLock { $0 = work }
        try eventually { isListening.load(ordering: .acquiring) }
    }

    /// How many descriptors it waits for: the listener's, unless it takes no more, and one a client.
    var waits: Int { waitingCount.load(ordering: .relaxed) }
    /// How many commands have come.
    var commands: Int { commandCount.load(ordering: .relaxed) }
    /// How often the loop has gone round.
    var rounds: Int { roundCount.load(ordering: .relaxed) }

    /// Answers all that wait.
    func release(_ answer: ControlAnswer) { held.withLock { $0 = answer } }

    /// Asks as the commands do.
    func ask(_ command: ControlCommand, milliseconds: Int = 20_000) -> Result<ControlAnswer, ControlError> {
        Result { () throws(ControlError) in try ControlClient.ask(command, at: path, within: milliseconds) }
    }

    /// Says bytes as they are, and reads to the end.
    func say(_ text: String, seconds: Double = 10) throws -> String {
        let socket = try Socket(path)
        try socket.send(Array(text.utf8))
        return String(decoding: socket.receiveAll(seconds: seconds), as: UTF8.self)
    }

    /// Ends it, as the end of a process would.
    func stop() throws {
        isOver.store(true, ordering: .relaxed)
        try work.withLock { $0 }?.value()
    }
}
