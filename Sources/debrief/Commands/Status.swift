import Admin
import ArgumentParser
import Pool

/// `debrief status`: how the pool is.
struct Status: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Says how the master and its workers are.",
        discussion: """
            The master answers, not a worker: so also while every worker is at work, or stuck. Exits with 0 where the pool serves, with 1 where \
            it does so only in part, or the master does not answer within 10s, and with 3 where none runs: what service managers expect. It \
            changes nothing.
            """
    )

    @Flag(name: .customLong("json"), help: "Print a JSON object instead of words.")
    var isJSON = false

    @OptionGroup var settings: SettingsOptions

    /// The master does not have to do anything first.
    private static let limitMilliseconds = 10_000

    /// What the Linux Standard Base calls a service that is not running.
    private static let notRunning = ExitCode(3)

    func run() throws {
        let path = try ControlSettings(file: settings.file).path
        let answer: ControlAnswer
        do throws(ControlError) {
            answer = try ControlClient.ask(.status(json: isJSON), at: path, within: Self.limitMilliseconds)
        } catch .notRunning(let path) {
            try StandardFiles.print(isJSON ? #"{"phase":"not running","ready":false,"workers":[]}"# : "\(ControlError.notRunning(path: path))")
            throw Self.notRunning
        }
        try StandardFiles.write(answer.text)
        guard answer.status == 0 else { throw ExitCode(Int32(answer.status)) }
    }
}
