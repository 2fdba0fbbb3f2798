import Admin
import ArgumentParser
import JSON
import Waiting

/// `debrief migrate`: the database's tables, roles and rights, forward only.
struct Migrate: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Brings the database's tables, roles and rights up to date.",
        discussion: """
            Migrations are the files NNNN_name.sql of a folder. Each is run once in a database, in the order of the numbers. A file that was changed, \
            renamed or removed after it was applied is refused by name, and then nothing is run.
            """,
        subcommands: [Up.self, Status.self]
    )

    /// What both commands need.
    struct Options: ParsableArguments {
        @Option(help: "The folder that holds the migrations. (default: the one that this program was installed with)")
        var folder: String?

        @OptionGroup var settings: SettingsOptions

        /// The migrations, each checked.
        func migrations() throws(MigrationError) -> Migrations { try Migrations(folder: folder ?? Migrations.installedFolder) }
    }

    /// `debrief migrate up`
    struct Up: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Applies what is pending.",
            discussion: """
                Each file is applied in a transaction of its own: one that fails leaves nothing behind, and those before it stay. Two of these commands \
                at once wait for each other. Each says so in a line when it has been applied, with the time it took.
                """
        )

        @OptionGroup var options: Options

        func run() throws {
            let settings = try options.settings.read()
            let migrations = try options.migrations()
            let connection = try AdminConnection.open(settings.adminDatabase)
            var line = ProgressLine("migrate")
            defer { line.clear() }
            var begunAt = 0
            let count = try migrations.up(connection) { progress in
                switch progress {
                case .waiting: StandardFiles.note("waiting for another migrate up on this database")
                case .applying(let name):
                    begunAt = monotonicMilliseconds()
                    line.show("applying \(name)")
                case .applied(let name):
                    line.clear()
                    // What cannot be printed must not stop the work in the middle; the last line will say so.
                    try? StandardFiles.print("applied \(name) in \(Self.text(milliseconds: monotonicMilliseconds() - begunAt))")
                }
            }
            try StandardFiles.print("up to date: \(count == 0 ? "nothing" : "\(count)") of \(migrations.count) migrations applied now")
        }

        private static func text(milliseconds: Int) -> String {
            milliseconds < 1_000 ? "\(milliseconds) ms" : "\(milliseconds / 1_000).\(milliseconds % 1_000 / 100) s"
        }
    }

    /// `debrief migrate status`
    struct Status: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Lists the migrations and when they were applied.",
            discussion: "Exits with 0 where the database is up to date, and with 1 where migrations are pending or refused."
        )

        @OptionGroup var options: Options
        @OptionGroup var listing: ListingOptions

        func run() throws {
            let settings = try options.settings.read()
            let migrations = try options.migrations()
            var connection = try AdminConnection.open(settings.adminDatabase)
            let entries = try migrations.status(&connection)
            try listing.print(
                entries,
                columns: ["MIGRATION", "APPLIED"],
                cells: { [$0.name, $0.appliedAt?.short ?? "pending"] },
                object: { entry, writer in
                    writer.raw(#"{"number":"#)
                    writer.integer(Int64(entry.number))
                    writer.raw(#","name":"#)
                    writer.string(entry.name)
                    writer.raw(#","applied_at":"#)
                    writer.instantOrNull(entry.appliedAt)
                    writer.raw("}")
                }
            )
            let pending = entries.count { $0.appliedAt == nil }
            guard pending == 0 else { throw Refusal("\(pending) of \(entries.count) migrations pending; run: debrief migrate up") }
        }
    }
}
