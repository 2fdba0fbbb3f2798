import API
import Admin
import ArgumentParser
import Pool

/// `debrief check`: whether the API can be served, and safely.
struct Check: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Says whether the API can be served with these settings from this database, and safely.",
        discussion: """
            Goes the way of a worker, with DEBRIEF_DATABASE: connects, counts the connections that all workers need, asks whether row security \
            confines the role to one tenant a transaction, prepares each statement, and looks for plans without an index. Beside that it looks at who \
            may read the settings and use the sockets, whether this machine's nginx has known holes, and, with DEBRIEF_ADMIN_DATABASE, for tokens \
            that are about to expire. Prints a line a check, "ok", or "fail" or "warn" with what to do, and exits with 1 where one fails; a warning is \
            no failure. It does not try to listen.
            """
    )

    @OptionGroup var settings: SettingsOptions

    func run() throws {
        let file = settings.file
        let settings = try settings.read()
        var failed = 0
        for check in [DeploymentCheck(name: "settings")] + (file.map { [SettingsFile.check($0)] } ?? []) + [settings.timeouts] {
            failed += try print(check)
        }
        let checks = try ServerProcess.asWorkers(settings.pool) {
            DeploymentCheck.all(settings.workersDatabase, workers: settings.workers.upperBound)
        }
        for check in checks { failed += try print(check) }
        for check in SocketFiles.checks(listen: settings.listen, control: settings.control, user: settings.user) { failed += try print(check) }
        failed += try print(NginxVersion.ofThisMachine(.ofCommand).check)
        failed += try print(TokenExpiry.check(settings.adminDatabase))
        guard failed == 0 else { throw Refusal("the check found \(failed == 1 ? "a fault" : "\(failed) faults"); do what each line with fail says") }
    }

    /// Prints its lines as soon as they are known; the number of faults.
    private func print(_ check: DeploymentCheck) throws(Refusal) -> Int {
        let (faults, warnings) = (check.faults, check.warnings)
        if faults.isEmpty && warnings.isEmpty { try StandardFiles.print("ok    \(check.name)\(check.note.map { ": \($0)" } ?? "")") }
        for fault in faults { try StandardFiles.print("fail  \(check.name): \(fault)") }
        for warning in warnings { try StandardFiles.print("warn  \(check.name): \(warning)") }
        return faults.count
    }
}

extension NginxVersion {
    /// As a line.
    fileprivate var check: DeploymentCheck {
        let name = "nginx"
        return switch self {
        case .absent: DeploymentCheck(name: name, note: "not on this machine")
        case .fixed(let version): DeploymentCheck(name: name, note: version)
        case .outdated: DeploymentCheck(name: name, faults: [fault].compactMap(\.self))
        case .unknown(let version, let advice):
            DeploymentCheck(name: name, warnings: ["whether \(version) has known holes is not known here; \(advice)"])
        }
    }
}
