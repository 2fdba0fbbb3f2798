import Glibc
import Waiting

/// Names a connection to the control socket, also after it was closed: none is used twice.
struct ControlClientID: Hashable, Sendable {
    let number: Int
}

/// One command's connection, as the master has it. Nothing here waits.
final class ControlConnection {
    private enum Stage {
        /// The line has not come whole.
        case asking(received: [UInt8])
        /// The line has come; the answer is still to be made.
        case waiting(ControlCommand)
        /// The rest of the answer, as the client reads it, and whether the connection stays open behind it.
        case sending(rest: ArraySlice<UInt8>, stays: Bool)
        /// The answer was sent, and the process's end will end the connection.
        case staying
        /// The client is gone, or was sent away.
        case over
    }

    let id: ControlClientID
    let descriptor: CInt
    private var stage = Stage.asking(received: [])
    /// When the client has to have asked, or taken its answer; nil while it is the master who has to do something.
    private(set) var deadline: Deadline?
    private let patienceMilliseconds: Int

    /// Longer than any command.
    private static let longestLine = 256

    /// Takes the descriptor over.
    init(_ id: ControlClientID, descriptor: CInt, patienceMilliseconds: Int) {
        self.id = id
        self.descriptor = descriptor
        self.patienceMilliseconds = patienceMilliseconds
        deadline = .after(milliseconds: patienceMilliseconds)
    }

    // Without shutdown: in a child of the master, the connection goes on in the parent.
    deinit { close(descriptor) }

    /// What the connection is waited for.
    var readiness: Readiness {
        if case .sending = stage { .writable } else { .readable }
    }

    /// Whether there is nothing left to be done.
    var isOver: Bool {
        if case .over = stage { true } else { false }
    }

    /// Does what can be done now; the command, once its line is whole.
    func step() -> ControlCommand? {
        switch stage {
        case .asking(let received):
            return read(after: received)
        case .waiting, .staying:
            // There is nothing to say any more, so it is a client that hung up or one that talks nonsense.
            if receive(into: 1) != nil { finish() }
        case .sending(let rest, let stays):
            send(rest, stays: stays)
        case .over:
            break
        }
        return nil
    }

    /// Answers the command; a client that is gone is not missed.
    func answer(_ answer: ControlAnswer) {
        guard case .waiting(let command) = stage else { return }
        begin(answer, stays: command == .stop && answer.status == 0)
    }

    private func begin(_ answer: ControlAnswer, stays: Bool) {
        deadline = .after(milliseconds: patienceMilliseconds)
        send(answer.bytes[...], stays: stays)
    }

    private func read(after received: [UInt8]) -> ControlCommand? {
        guard let more = receive(into: Self.longestLine + 1 - received.count) else {
            if deadline?.hasPassed ?? false { finish() }
            return nil
        }
        let all = received + more
        guard !more.isEmpty else {
            finish()
            return nil
        }
        guard let end = all.firstIndex(of: UInt8(ascii: "\n")) else {
            stage = .asking(received: all)
            if all.count > Self.longestLine { refuse() }
            return nil
        }
        guard end == all.count - 1, let command = ControlCommand(parsing: String(decoding: all[..<end], as: UTF8.self)) else {
            refuse()
            return nil
        }
        stage = .waiting(command)
        deadline = nil
        return command
    }

    private func refuse() {
        // sysexits.h, EX_USAGE.
        begin(ControlAnswer(status: 64, text: "that is no command; wanted is \(ControlCommand.wanted)"), stays: false)
    }

    private func send(_ rest: ArraySlice<UInt8>, stays: Bool) {
        var rest = rest
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.send(descriptor, $0.baseAddress, $0.count, CInt(MSG_DONTWAIT | MSG_NOSIGNAL)) }
            if count > 0 {
                rest = rest.dropFirst(count)
            } else if errno == EAGAIN, !(deadline?.hasPassed ?? true) {
                stage = .sending(rest: rest, stays: stays)
                return
            } else if errno != EINTR {
                return finish()
            }
        }
        guard stays else { return finish() }
        stage = .staying
        deadline = nil
    }

    /// What has come, none at the client's end or after an error; nil where nothing has.
    private func receive(into capacity: Int) -> [UInt8]? {
        var buffer = [UInt8](repeating: 0, count: capacity)
        let count = recv(descriptor, &buffer, capacity, CInt(MSG_DONTWAIT))
        if count < 0, errno == EAGAIN || errno == EINTR { return nil }
        return Array(buffer[..<max(0, count)])
    }

    /// Ends the connection for whoever else holds it, too: a worker that was forked meanwhile would keep the client waiting.
    private func finish() {
        stage = .over
        deadline = nil
        shutdown(descriptor, CInt(SHUT_RDWR))
    }
}
