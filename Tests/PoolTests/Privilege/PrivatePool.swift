import Foundation
import Support

/// A pool without nginx, started as an account of the test's choice, with settings and an environment of its own, in folders that are that account's
/// alone.
final class PrivatePool: Sendable {
    let folder: String
    private let account: Account
    private let environment: [String: String]
    private let process: ChildProcess

    var socket: String { "\(folder)/debrief.sock" }
    var control: String { "\(folder)/control.sock" }
    var operatorSocket: String { "\(folder)/operator.sock" }
    var logPath: String { "\(folder)/debrief.log" }
    private var settingsPath: String { "\(folder)/settings" }

    /// Starts it, and waits for its workers, or for its end.
    ///
    /// - Parameters:
    ///   - settings: what its settings file says beside where it listens and logs, and how many workers it has: two.
    ///   - descriptors: what it is left open by who starts it.
    ///   - wrapper: a command that runs its own, as root or whoever runs the test.
    init(
        as account: Account,
        settings: [String: String] = [:],
        environment: [String: String] = [:],
        descriptors: [CInt: CInt] = [:],
        wrapper: [String] = []
    ) throws {
        self.account = account
        self.environment = environment
        folder = Run.makeFolder("priv", for: account)
        let own = [
            "DEBRIEF_LISTEN": "\(folder)/debrief.sock", "DEBRIEF_LOG": "\(folder)/debrief.log", "DEBRIEF_WORKERS": "2",
        ]
        let text = own.merging(settings) { $1 }.map { "\($0)=\($1)\n" }.joined()
        try text.write(toFile: "\(folder)/settings", atomically: false, encoding: .utf8)
        chmod("\(folder)/settings", 0o600)
        if Run.isRoot, let ids = account.ids { chown("\(folder)/settings", ids.user, ids.group) }
        process = try ChildProcess(
            wrapper + [Run.binary, "serve", "--config", "\(folder)/settings"],
            environment: environment,
            as: account,
            output: "\(folder)/output",
            descriptors: descriptors
        )
        try eventually(within: 30) { process.hasEnded || children(named: "debrief-worker").count == 2 }
    }

    deinit {
        kill(master, SIGTERM)
        process.send(SIGTERM)
        _ = process.wait(seconds: 5)
    }

    /// What it has said where it could not log, and what it has logged.
    var said: String { process.output + ((try? String(contentsOfFile: logPath, encoding: .utf8)) ?? "") }

    /// What the process that was started here has ended with.
    func status() -> Int32? { process.wait(seconds: 30) }

    /// The master that is in charge.
    var master: pid_t {
        let text = try? String(contentsOfFile: "\(folder)/debrief.pid", encoding: .utf8)
        return text.flatMap { pid_t($0.trimmingCharacters(in: .newlines)) } ?? process.pid
    }

    var workers: [pid_t] { children(named: "debrief-worker") }
    /// Cut to what the kernel keeps of a name.
    var operators: [pid_t] { children(named: "debrief-operato") }
    var processes: [pid_t] { [master] + operators + workers }

    private func children(named name: String) -> [pid_t] { Support.children(of: master).filter { Support.name(of: $0) == name } }

    /// Runs a command of the binary's against it, as who has started it.
    func command(_ line: String) throws -> (status: Int32?, output: String, errors: String) {
        let words = line.split(separator: " ").map(String.init)
        return try run([Run.binary] + words + ["--config", settingsPath], environment: environment, as: account)
    }

    /// Whether a worker answers a call with a token.
    func answers(_ token: String) throws -> Bool {
        let connection = try Socket(socket)
        try connection.send(FastCGIRecord.get("sessions?limit=1", token: token))
        return String(decoding: connection.receiveAll(), as: UTF8.self).contains("\"ok\":true")
    }
}
