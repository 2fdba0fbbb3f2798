import Foundation
import Support
import Synchronization

/// Debian's Chromium without a window, told what to do in its DevTools protocol over a pipe: descriptor 3 in, 4 out, a JSON text and a NUL a message.
final class Browser: Sendable {
    /// What a message that is no answer says.
    struct Event: Sendable {
        let method: String
        let parameters: JSONValue
    }

    /// Why the browser did not do what it was told.
    struct Failure: Error, CustomStringConvertible {
        let description: String
    }

    private struct State {
        var lastCall = 0
        var received: [UInt8] = []
        /// By the tab that they are of.
        var events: [String: [Event]] = [:]
    }

    /// The one of all tests, which ends with them.
    static let shared = Result { try Browser() }

    private let process: ChildProcess
    private let commands: CInt
    private let answers: CInt
    private let state = Mutex(State())

    private init() throws {
        let home = Run.makeFolder("browser", for: .invoker)
        let (commandsOut, commands) = try Self.makePipe()
        let (answers, answersIn) = try Self.makePipe()
        (self.commands, self.answers) = (commands, answers)
        process = try ChildProcess(
            [
                "/usr/lib/chromium/chromium", "--headless=new", "--remote-debugging-pipe", "--user-data-dir=\(home)/profile",
                // Root has none of its own, and a container often none for anybody; what it shows is ours.
                "--no-sandbox",
                // The memory there is small in a container.
                "--disable-dev-shm-usage", "--disable-gpu",
                // It would ask the world about updates, and the like.
                "--disable-background-networking", "--disable-component-update", "--disable-sync", "--disable-extensions", "--no-first-run",
                "--no-default-browser-check", "--password-store=basic", "about:blank",
            ],
            // What it leaves in its temporary folder where it is killed goes with the run.
            environment: ["HOME": home, "TMPDIR": home],
            output: "\(home)/out",
            descriptors: [3: commandsOut, 4: answersIn]
        )
        for descriptor in [commandsOut, answersIn] { close(descriptor) }
        _ = try call("Browser.getVersion")
    }

    /// Its two ends, above the numbers that they get in the browser.
    private static func makePipe() throws -> (out: CInt, into: CInt) {
        var ends: [CInt] = [0, 0]
        guard pipe(&ends) == 0 else { throw Failure(description: "no pipe: errno \(errno)") }
        let moved = ends.map { fcntl($0, F_DUPFD_CLOEXEC, 10) }
        for end in ends { close(end) }
        return (moved[0], moved[1])
    }

    /// Has it do something, and waits for the answer.
    ///
    /// - Parameter tab: the session of the tab that does it; the browser itself where there is none.
    @discardableResult
    func call(_ method: String, _ parameters: [String: Any] = [:], tab: String? = nil, seconds: Double = 30) throws -> JSONValue {
        let text = String(decoding: try JSONSerialization.data(withJSONObject: parameters), as: UTF8.self)
        return try state.withLock { state in
            state.lastCall += 1
            let id = state.lastCall
            let session = tab.map { #","sessionId":"\#($0)""# } ?? ""
            try send(#"{"id":\#(id),"method":"\#(method)","params":\#(text)\#(session)}"#)
            let end = Date().addingTimeInterval(seconds)
            while true {
                let message = try receive(&state, until: end)
                guard message["id"]?.number == Double(id) else {
                    Self.keep(message, in: &state)
                    continue
                }
                if let error = message["error"]?["message"]?.string { throw Failure(description: "\(method): \(error)") }
                return message["result"] ?? .null
            }
        }
    }

    /// What has happened in a tab so far.
    func events(of tab: String) -> [Event] { state.withLock { $0.events[tab] ?? [] } }

    private static func keep(_ message: JSONValue, in state: inout State) {
        guard let method = message["method"]?.string else { return }
        state.events[message["sessionId"]?.string ?? "", default: []].append(Event(method: method, parameters: message["params"] ?? .null))
    }

    private func send(_ message: String) throws {
        let bytes = Array(message.utf8) + [0]
        var sent = 0
        while sent < bytes.count {
            let count = bytes[sent...].withUnsafeBytes { write(commands, $0.baseAddress, $0.count) }
            guard count > 0 else { throw Failure(description: "the browser reads no more: \(process.output)") }
            sent += count
        }
    }

    private func receive(_ state: inout State, until end: Date) throws -> JSONValue {
        var scanned = 0
        while true {
            if let length = state.received[scanned...].firstIndex(of: 0) {
                let message = JSONValue(parsing: Array(state.received[..<length]))
                state.received.removeSubrange(...length)
                guard let message else { throw Failure(description: "the browser says what is no JSON") }
                return message
            }
            scanned = state.received.count
            var entry = pollfd(fd: answers, events: Int16(POLLIN), revents: 0)
            guard poll(&entry, 1, CInt(max(0, end.timeIntervalSinceNow) * 1_000)) == 1 else {
                throw Failure(description: "the browser does not answer: \(process.output)")
            }
            var buffer = [UInt8](repeating: 0, count: 1 << 18)
            let count = read(answers, &buffer, buffer.count)
            guard count > 0 else { throw Failure(description: "the browser has ended: \(process.output)") }
            state.received += buffer[..<count]
        }
    }
}
