import Admin
import ArgumentParser
import JSON

/// `debrief summary`: the sums that the summary of a period is made of.
struct SummaryCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "summary",
        abstract: "Compares the sums that the summary is made of with the sessions, and corrects them.",
        discussion: """
            Triggers keep the sums: each write through SQL changes them in the same transaction. Writes without triggers do not: a subscriber of \
            logical replication, session_replication_role = replica, disabled triggers.
            """,
        subcommands: [Verify.self, Rebuild.self]
    )

    /// What both commands need.
    struct Options: ParsableArguments {
        @Option(help: "One tenant's alone, as tenant list shows it; without it, those of all.", transform: tenantID)
        var tenant: UUID?

        @Flag(name: .customLong("json"), help: "Print a JSON object instead of words.")
        var isJSON = false

        @OptionGroup var settings: SettingsOptions

        /// Does the work, and says how far it is.
        func run(_ work: (inout Sums, UUID?, (SumsProgress) -> Void) throws(AdminError) -> SumsReport) throws -> SumsReport {
            var sums = try Sums(conninfo: settings.read().adminDatabase)
            var line = ProgressLine("summary")
            defer { line.clear() }
            return try work(&sums, tenant) { progress in
                switch progress {
                case .waiting: StandardFiles.note("waiting for another summary rebuild on this database")
                case .working(let percent, let tenant, let tenants): line.show(percent: percent, "tenant \(tenant) of \(tenants)")
                }
            }
        }
    }

    /// `debrief summary verify`
    struct Verify: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Compares the sums with the sessions.",
            discussion: """
                Others may write meanwhile. It changes nothing. Exits with 0 where there is no difference, and with 1 where there is, with a line \
                for each tenant concerned on standard error.
                """
        )

        @OptionGroup var options: Options

        func run() throws {
            let report = try options.run { sums, tenant, progress throws(AdminError) in try sums.verify(tenant: tenant, report: progress) }
            if options.isJSON {
                try StandardFiles.print(report.json(differences: "differences"))
            } else if report.differences.isEmpty {
                try StandardFiles.print("verified: \(report.extent), no difference")
            }
            for difference in report.differences { StandardFiles.note("tenant \(difference.tenantID): \(difference.counts) differ") }
            guard report.differences.isEmpty else {
                throw Refusal("\(report.differences.count) of \(counted(report.tenants, "tenant")) with differences; run: debrief summary rebuild")
            }
        }
    }

    /// `debrief summary rebuild`
    struct Rebuild: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Compares the sums with the sessions, and corrects what differs.",
            discussion: """
                Others may read and write meanwhile. It can be broken off at any time, and begun again: what is corrected stays. Two of these \
                commands at once wait for each other.
                """
        )

        @OptionGroup var options: Options

        func run() throws {
            let report = try options.run { sums, tenant, progress throws(AdminError) in try sums.rebuild(tenant: tenant, report: progress) }
            guard !options.isJSON else { return try StandardFiles.print(report.json(differences: "corrected")) }
            try StandardFiles.print("rebuilt: \(report.extent), \(report.total) corrected")
        }
    }
}

extension SumsDifference {
    /// Its numbers in words.
    fileprivate var counts: String { inWords(hours: hours, days: days, scores: scores) }
}

extension SumsReport {
    /// How much was looked at.
    fileprivate var extent: String { "\(counted(tenants, "tenant")), \(counted(sessions, "session"))" }

    /// All differences in words.
    fileprivate var total: String {
        inWords(
            hours: differences.reduce(0) { $0 + $1.hours },
            days: differences.reduce(0) { $0 + $1.days },
            scores: differences.reduce(0) { $0 + $1.scores }
        )
    }

    /// The whole of it as an object.
    ///
    /// - Parameter differences: the key of the tenants with differences.
    fileprivate func json(differences key: String) -> String {
        var writer = JSONWriter()
        writer.raw(#"{"tenants":"#)
        writer.integer(Int64(tenants))
        writer.raw(#","sessions":"#)
        writer.integer(Int64(sessions))
        writer.raw(",")
        writer.string(key)
        writer.raw(":[")
        for (index, difference) in differences.enumerated() {
            if index > 0 { writer.raw(",") }
            writer.raw(#"{"tenant_id":"#)
            writer.uuid(difference.tenantID)
            writer.raw(#","hours":"#)
            writer.integer(Int64(difference.hours))
            writer.raw(#","days":"#)
            writer.integer(Int64(difference.days))
            writer.raw(#","scores":"#)
            writer.integer(Int64(difference.scores))
            writer.raw("}")
        }
        writer.raw("]}")
        return writer.text
    }
}

/// Days and scores are named where there are some: most differences are of hours alone.
private func inWords(hours: Int, days: Int, scores: Int) -> String {
    ([counted(hours, "hour")] + [(days, "day"), (scores, "score")].filter { $0.0 > 0 }.map { counted($0.0, $0.1) }).joined(separator: ", ")
}

/// A number and what it counts.
private func counted(_ number: Int, _ noun: String) -> String { "\(number) \(noun)\(number == 1 ? "" : "s")" }
