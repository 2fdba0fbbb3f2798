import Foundation
import Support

/// A fresh Debian with systemd as its first process, in namespaces of its own and without a network; see `scripts/test.d/machine.sh`. What is done to it is
/// in memory, and gone with it. For root alone.
final class DebianMachine: Sendable {
    /// The folder that it is booted from, made by the first run of a clone.
    private static let debian = Result { () throws -> String in
        let folder = "\(Run.repository)/.build/debian"
        let made = try Support.run(["\(Run.repository)/scripts/test.d/debian.sh", folder], seconds: 600)
        guard made.status == 0 else { throw ChildProcess.Failure(description: "debian.sh: \(made.output.suffix(2_000))\(made.errors)") }
        return folder
    }

    private static let bootSeconds = 60.0

    private let controlGroup = "debrief-machine-\(UUID().uuidString.prefix(8))"
    private let process: ChildProcess
    /// Its first process, as this machine numbers it.
    private let pid: pid_t

    /// Boots one.
    ///
    /// - Parameter folders: those of this machine that are to be seen there, by where.
    init(sharing folders: [String: String] = [:]) throws {
        let words = ["\(Run.repository)/scripts/test.d/machine.sh", controlGroup, try Self.debian.get()] + folders.flatMap { [$0.value, $0.key] }
        let process = try ChildProcess(words, output: "\(Run.makeFolder("machine", for: .invoker))/output")
        self.process = process
        var first: pid_t?
        try eventually(within: Self.bootSeconds) {
            first = children(of: process.pid).first
            return process.hasEnded || first.flatMap { Support.name(of: $0) } == "systemd"
        }
        guard let first, !process.hasEnded else { throw ChildProcess.Failure(description: "machine.sh: \(process.output)") }
        pid = first
        try eventually(within: Self.bootSeconds) { try run("systemctl", "is-system-running", "--wait").output == "running\n" }
    }

    deinit {
        // All that runs there ends with it; then its control groups are empty.
        process.send(SIGKILL)
        _ = process.wait()
        for hierarchy in ["", "systemd/", "unified/"] {
            let group = "/sys/fs/cgroup/\(hierarchy)\(controlGroup)"
            guard FileManager.default.fileExists(atPath: group) else { continue }
            try? eventually(within: 5) {
                _ = try Support.run(["/usr/bin/find", group, "-depth", "-type", "d", "-exec", "rmdir", "{}", ";"])
                return !FileManager.default.fileExists(atPath: group)
            }
        }
    }

    /// Where this machine sees a path of that one.
    func path(_ path: String) -> String { "/proc/\(pid)/root\(path)" }

    /// Runs a command there, as root.
    func run(_ words: String..., seconds: Double = 60) throws -> (status: Int32?, output: String, errors: String) {
        try Support.run(
            ["/usr/bin/nsenter", "--target", "\(pid)", "--all", "--"] + words,
            environment: ["DEBIAN_FRONTEND": "noninteractive", "LC_ALL": "C.UTF-8"],
            seconds: seconds
        )
    }

    /// Runs a shell's script there, which has to succeed; returns what it said on standard output, without the end of the last line.
    @discardableResult
    func shell(_ script: String, seconds: Double = 60) throws -> String {
        let (status, output, errors) = try run("/bin/sh", "-ec", script, seconds: seconds)
        guard status == 0 else { throw ChildProcess.Failure(description: "\(script): \(status ?? -1)\n\(output)\(errors)") }
        return output.trimmingCharacters(in: .newlines)
    }

    /// Runs a command of this machine's in the network of that one.
    func runInNetwork(_ words: [String], input: String) throws -> (status: Int32?, output: String, errors: String) {
        try Support.run(["/usr/bin/nsenter", "--target", "\(pid)", "--net", "--"] + words, input: input)
    }

    /// Changes a text file there in place: whose it is and who may read it stays.
    func edit(_ path: String, _ change: (String) -> String) throws {
        let text = try String(contentsOfFile: self.path(path), encoding: .utf8)
        try change(text).write(toFile: self.path(path), atomically: false, encoding: .utf8)
    }
}
