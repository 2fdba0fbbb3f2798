import API
import Admin
import ArgumentParser

/// `debrief check`: whether the API can be served, and safely.
struct Check: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Says whether the API can be served with these settings from this database.",
        discussion: """
            Goes the way of a worker, with DEBRIEF_DATABASE: connects, counts the connections that all workers need, asks whether row security \
            confines the role to one tenant a transaction, prepares each statement, and looks for plans without an index. Prints a line a check, and \
            exits with 1 where one fails. It does not try to listen.
            """
    )

    @OptionGroup var settings: SettingsOptions

    func run() throws {
        let settings = try settings.read()
        try StandardFiles.print("ok    settings")
        var failed = 0
        for check in DeploymentCheck.all(settings.workersDatabase, workers: settings.workers.upperBound) {
            if check.faults.isEmpty { try StandardFiles.print("ok    \(check.name)") }
            for fault in check.faults { try StandardFiles.print("fail  \(check.name): \(fault)") }
            failed += check.faults.count
        }
        guard failed == 0 else { throw Refusal(failed == 1 ? "the check found a fault" : "the check found \(failed) faults") }
    }
}
