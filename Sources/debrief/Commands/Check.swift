import API
import Admin
import ArgumentParser
import Pool

/// `debrief check`: whether the API can be served, and safely.
struct Check: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Says whether the API could be served with these settings from this database.",
        discussion: """
            Connects as a worker does, with DEBRIEF_DATABASE, and checks what each worker checks at its start: that its role can read one tenant \
            a transaction and nothing else, and that the database answers each statement as the endpoints expect. Prints a line a check; exits with 1 \
            where one fails.
            """
    )

    @OptionGroup var settings: SettingsOptions

    func run() throws {
        let settings = try settings.read()
        try StandardFiles.print("ok    settings")
        var database = Database(settings.workersDatabase, endpoints: Endpoint.all)
        do {
            try database.prepare()
        } catch {
            let faults: [String]
            switch error {
            case .unsafe(let found): faults = found
            case .unreachable(let reason): faults = [reason.reasonWithoutSecrets ?? "libpq cannot use DEBRIEF_DATABASE"]
            case .resting: faults = ["\(error)"]
            }
            for fault in faults { try StandardFiles.print("fail  \(fault)") }
            throw Refusal("\(faults.count == 1 ? "a check" : "\(faults.count) checks") failed")
        }
        try StandardFiles.print("ok    row security")
        try StandardFiles.print("ok    statements")
    }
}
