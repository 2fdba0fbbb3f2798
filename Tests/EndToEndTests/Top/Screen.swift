import Foundation
import Support

/// A terminal that tests type into and read: a server of tmux of its own, with one pane in which a shell script runs. It ends with this value.
final class Screen: Sendable {
    /// What is in it, and where its script leaves files.
    let folder: String
    private let socket: String
    private let server: ChildProcess

    /// Opens it, and runs a script of a shell in it, whose variable `F` is the folder.
    init(columns: Int, rows: Int, environment: [String: String] = [:], _ script: String) throws {
        folder = Run.makeFolder("screen", for: .invoker)
        chmod(folder, 0o777)
        socket = "\(folder)/tmux"
        try "F='\(folder)'\n\(script)\n".write(toFile: "\(folder)/script", atomically: false, encoding: .utf8)
        // Not as a daemon, which nobody would end.
        server = try ChildProcess(
            ["/usr/bin/tmux", "-D", "-S", socket, "-f", "/dev/null"],
            environment: ["LC_ALL": "C.UTF-8", "TERM": "xterm-256color", "SHELL": "/bin/sh", "HOME": folder].merging(environment) { $1 },
            output: "\(folder)/tmux.out"
        )
        // A question, not start-server: that would make a server of its own, of another environment, where this one is not there yet.
        try eventually { try tmux("show-options", "-g").status == 0 }
        _ = try tmux("new-session", "-d", "-x", "\(columns)", "-y", "\(rows)", "sh \(folder)/script")
    }

    deinit {
        // Whatever is in the pane is hung up.
        _ = try? tmux("kill-server")
        _ = server.wait(seconds: 5)
    }

    /// Runs a command of tmux's.
    @discardableResult
    func tmux(_ words: String...) throws -> (status: Int32?, output: String, errors: String) {
        try run(["/usr/bin/tmux", "-S", socket] + words, environment: ["LC_ALL": "C.UTF-8"])
    }

    /// Types keys, as tmux names them.
    func type(_ keys: String...) throws {
        for key in keys { try tmux("send-keys", key) }
    }

    /// What can be read on it, a line a row, without blanks at the ends.
    func lines() throws -> [String] {
        try tmux("capture-pane", "-p").output.split(separator: "\n", omittingEmptySubsequences: false).dropLast().map(String.init)
    }

    /// The same in one text.
    func text() throws -> String { try lines().joined(separator: "\n") }

    /// Waits until the text does. Returns that text: the next one may be another.
    @discardableResult
    func see(within seconds: Double = 15, _ holds: (String) throws -> Bool) throws -> String {
        var text = ""
        do {
            try eventually(within: seconds) {
                text = try self.text()
                return try holds(text)
            }
        } catch {
            throw ChildProcess.Failure(description: "\(error):\n\(text)")
        }
        return text
    }

    /// Whether the cursor is shown, the other screen is, and lines wrap.
    func state() throws -> String {
        try tmux("display-message", "-p", "cursor=#{cursor_flag} other=#{alternate_on} wrap=#{wrap_flag}").output
    }

    func resize(columns: Int, rows: Int) throws { try tmux("resize-window", "-x", "\(columns)", "-y", "\(rows)") }

    /// A file that the script has left; nil before it has.
    func file(_ name: String) -> String? { try? String(contentsOfFile: "\(folder)/\(name)", encoding: .utf8) }
}
