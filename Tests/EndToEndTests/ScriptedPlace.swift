import Foundation
import Support
import Testing

/// What the checkout's own scripts start, in a state folder and on ports of its own. Whatever becomes of the test and of its process, it ends with
/// `scripts/down --purge`.
final class ScriptedPlace: Sendable {
    /// Where the state folder is to be, and nothing is yet.
    let state: String
    /// nginx's for callers.
    let port: UInt16
    /// nginx's for operators.
    let operatorPort: UInt16
    private let environment: [String: String]
    private let pipe: CInt
    private let guardian: ChildProcess

    /// A build may have to wait for others.
    private static let mostSeconds = 600.0

    init() throws {
        let folder = Run.makeFolder("scripts", for: .invoker)
        let ports = try freePorts(2)
        state = "\(folder)/state"
        (port, operatorPort) = (ports[0], ports[1])
        var environment = ["DEBRIEF_STATE": state, "DEBRIEF_PORT": "\(ports[0])", "DEBRIEF_ADMIN_PORT": "\(ports[1])", "DEBRIEF_WORKERS": "2"]
        // The scripts run swift, which is on nobody's usual path and keeps things at home.
        for name in ["PATH", "HOME"] { environment[name] = ProcessInfo.processInfo.environment[name] }
        self.environment = environment

        // Services are in sessions of their own, where nobody finds them who ends what a test has left. So somebody outlives the test, too, who
        // waits for the end of a pipe that the test alone holds open.
        let fifo = "\(folder)/pipe"
        guard mkfifo(fifo, 0o600) == 0, case let pipe = open(fifo, O_RDWR | O_CLOEXEC), pipe >= 0 else {
            throw POSIXError(POSIXErrorCode(rawValue: errno) ?? .EIO)
        }
        self.pipe = pipe
        guardian = try ChildProcess(
            ["/usr/bin/setsid", "/bin/sh", "-c", #"cat && exec "$0" --purge"#, "\(Run.repository)/scripts/down"],
            environment: environment,
            input: fifo,
            output: "\(folder)/down.out"
        )
    }

    /// Ends it all; says how `scripts/down --purge` went.
    func purge() -> (status: Int32?, output: String) {
        Witness.keep(place: state)
        close(pipe)
        return (guardian.wait(seconds: Self.mostSeconds), guardian.output)
    }

    /// Runs a script that has to exit with a status, 0 unless given; returns what it printed.
    @discardableResult
    func expect(
        _ words: String...,
        status: Int32 = 0,
        environment more: [String: String] = [:],
        location: SourceLocation = #_sourceLocation
    ) throws -> String {
        let all = environment.merging(more) { $1 }
        let script = try run(["\(Run.repository)/scripts/\(words[0])"] + words.dropFirst(), environment: all, seconds: Self.mostSeconds)
        try #require(script.status == status, "\(words): \(script.status ?? -1)\n\(script.output)\(script.errors)", sourceLocation: location)
        return script.output
    }

    /// Runs a bash script in a folder, with the environment of the scripts.
    func bash(_ script: String, in folder: String) throws -> (status: Int32?, output: String, errors: String) {
        try run(["/bin/bash", "-c", "cd '\(folder)'\n\(script)"], environment: environment, seconds: Self.mostSeconds)
    }

    /// The status for programs.
    func status() throws -> JSONValue {
        let text = try expect("status", "--json")
        return try #require(JSONValue(parsing: Array(text.utf8)), "\(text)")
    }
}
