import Foundation
import Support

/// The scripts on a machine that lacks something, in a state folder of their own. None of them may get as far as to build or to install: the swift
/// there is fails, whatever it is asked for.
struct ScriptBench {
    /// Whose scripts they are: this checkout, unless it is a copy of the scripts alone.
    var clone = Run.repository
    /// Who runs them.
    var account = Account.invoker
    private let path: String

    /// Debian's `dpkg-query` of a machine that has all packages.
    static let allInstalled = #"shift 2; for package; do echo "installed $package"; done"#

    /// - Parameters:
    ///   - lacking: programs that are not there.
    ///   - scripts: those of the machine's that do something else, by name.
    init(lacking: Set<String> = [], scripts: [String: String] = [:]) throws {
        var scripts = scripts
        if !lacking.contains("swift") { scripts["swift"] = "echo 'no swift here is to be run' >&2; exit 70" }
        path = try Self.makePath(without: lacking, scripts)
    }

    /// A folder of links to the machine's programs but some, and of scripts in the place of others.
    private static func makePath(without lacking: Set<String>, _ scripts: [String: String]) throws -> String {
        let folder = Run.makeFolder("path", for: .invoker)
        for name in try FileManager.default.contentsOfDirectory(atPath: "/usr/bin")
        where name != "swift" && !lacking.contains(name) && scripts[name] == nil {
            symlink("/usr/bin/\(name)", "\(folder)/\(name)")
        }
        for (name, script) in scripts { try Executable.write("#!/bin/sh\n\(script)\n", to: "\(folder)/\(name)") }
        return folder
    }

    /// The same with a copy of the scripts, which belongs to whoever is to run them.
    func copied(for account: Account) throws -> ScriptBench {
        var copy = self
        copy.account = account
        copy.clone = Run.makeFolder("clone", for: account)
        try Executable.copy(folder: "\(Run.repository)/scripts", to: "\(copy.clone)/scripts")
        return copy
    }

    /// A state folder that `up` might have made of the clone: the binary and its settings, and nothing that runs.
    func makeState() throws -> String {
        let state = Run.makeFolder("state", for: account)
        for folder in ["bin", "etc", "run", "pgsock"] { try Run.makeFolder(at: "\(state)/\(folder)", for: account) }
        try "This folder was made by scripts/up of Debrief, for the clone in\n\(clone)\n"
            .write(toFile: "\(state)/.debrief-state", atomically: false, encoding: .utf8)
        try "DEBRIEF_LISTEN=\(state)/run/debrief.sock\n".write(toFile: "\(state)/etc/debrief.conf", atomically: false, encoding: .utf8)
        symlink(Run.binary, "\(state)/bin/debrief")
        return state
    }

    private func environment(state: String, _ more: [String: String]) throws -> [String: String] {
        let ports = try freePorts(2)
        let own = ["PATH": path, "HOME": "/nonexistent", "DEBRIEF_STATE": state, "DEBRIEF_PORT": "\(ports[0])", "DEBRIEF_ADMIN_PORT": "\(ports[1])"]
        return own.merging(more) { $1 }
    }

    /// Runs a script to its end.
    ///
    /// - Parameter state: the state folder; nil for one where nothing is.
    func run(_ words: String..., state: String? = nil, environment more: [String: String] = [:]) throws -> Mistake.Answer {
        let state = state ?? "\(Run.makeFolder("state", for: account))/none"
        let command = ["\(clone)/scripts/\(words[0])"] + words.dropFirst()
        return try Mistake.Answer(Support.run(command, environment: environment(state: state, more), as: account))
    }

    /// Begins one.
    func begin(_ words: String..., state: String) throws -> ChildProcess {
        try ChildProcess(
            ["\(clone)/scripts/\(words[0])"] + words.dropFirst(),
            environment: environment(state: state, [:]),
            as: account,
            output: "\(Run.makeFolder("script", for: .invoker))/output"
        )
    }
}
