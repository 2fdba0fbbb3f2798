import API
import Admin
import ArgumentParser
import Pool

// The executable `debrief`: a file a family of commands, each of which reads its arguments, asks `Admin` or `Pool`, and prints the answer. What
// commands share is how settings are found, how lists look, and how a command ends:
//
//     0   done
//     1   refused or failed, with one line on standard error that begins with "debrief: "
//     3   not running: status and top alone (Linux Standard Base, init script actions)
//     64  wrong usage (sysexits.h, EX_USAGE): arguments or settings that make no sense. To try again is of no use, so a service manager should not.
//
// Whatever is said of a failure says what was tried, what came, and what to do next.

/// The root command. It does nothing itself.
@main
struct Debrief: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "debrief",
        abstract: "Serves the Debrief API and looks after its database.",
        discussion: """
            The API reads what the platform writes into PostgreSQL: practice calls, their transcripts and scorecards. It is served by workers \
            behind nginx.

            Settings come from the environment, or from the file given with --config:

            \(settings)
            """,
        version: Version.current,
        subcommands: [
            Serve.self, Status.self, TopCommand.self, Scale.self, Reload.self, Upgrade.self, Stop.self, Check.self, Migrate.self, TenantCommand.self,
            TokenCommand.self, SummaryCommand.self, OpenAPICommand.self, DocsCommand.self,
        ]
    )

    /// The settings as `--help` lists them, read from their declarations.
    private static var settings: String {
        Settings.all.map { "\($0.name)  (\($0.defaultText))\n    \($0.help)" }.joined(separator: "\n")
    }

    /// Parses, runs, and ends the process where either fails.
    static func main() {
        StandardFiles.open()
        do {
            var command = try parseAsRoot()
            try command.run()
        } catch let failure as any CommandFailure {
            StandardFiles.note("debrief: \(failure)")
            exit(withError: ExitCode(failure.exitStatus))
        } catch {
            // The parser's own: help that was asked for, and wrong usage.
            guard exitCode(for: error) == .validationFailure else { exit(withError: error) }
            StandardFiles.note(WrongUsage.text(fullMessage(for: error), arguments: Array(CommandLine.arguments.dropFirst())))
            exit(withError: ExitCode.validationFailure)
        }
    }
}

/// An error that ends a command with one line on standard error.
protocol CommandFailure: Error, CustomStringConvertible {
    /// What the process exits with.
    var exitStatus: Int32 { get }
}

extension CommandFailure {
    /// Refused or failed.
    var exitStatus: Int32 { 1 }
}

extension AdminError: CommandFailure {}

extension MigrationError: CommandFailure {}

extension SettingsError: CommandFailure {
    /// Wrong usage.
    var exitStatus: Int32 { ExitCode.validationFailure.rawValue }
}

/// A failure of a command's own.
struct Refusal: CommandFailure {
    /// What was tried, and what came.
    let reason: String
    /// What to do next; nil where the reason says it.
    let advice: String?

    init(_ reason: String, _ advice: String? = nil) { (self.reason, self.advice) = (reason, advice) }

    /// The line, without the name of the program.
    var description: String { reason + (advice.map { "; \($0)" } ?? "") }
}
