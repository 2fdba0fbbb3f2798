import Admin
import ArgumentParser
import Pool

/// `debrief top`: how the pool is, again and again.
struct TopCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "top",
        abstract: "Shows the pool live: workers, requests a second, latency, queue.",
        discussion: """
            On a terminal, a picture that q ends; ? lists the other keys. Elsewhere, and with -n, a line of key=value at each interval, the first \
            after one. Rates and latency are those of the last interval. A pool that is not running is waited for.

            Exits as status does: with 0 where the pool served when last looked at, with 1 where it did so only in part or did not answer, and \
            with 3 where none ran. It changes nothing.
            """
    )

    @Option(
        help: ArgumentHelp("The time between two looks, such as 500ms or 2s; at least 100ms.", valueName: "duration"),
        transform: Self.interval(parsing:)
    )
    var interval = Interval(milliseconds: 1_000)

    @Option(name: [.customShort("n"), .customLong("count")], help: ArgumentHelp("End after so many lines.", valueName: "count"))
    var count: Int?

    @OptionGroup var settings: SettingsOptions

    /// A time between two looks.
    struct Interval: CustomStringConvertible {
        let milliseconds: Int

        var description: String { milliseconds % 1_000 == 0 ? "\(milliseconds / 1_000)s" : "\(milliseconds)ms" }
    }

    func validate() throws {
        if let count, count < 1 { throw ValidationError("-n is a number of lines, at least 1") }
    }

    func run() throws {
        let path = try ControlSettings(file: settings.file).path
        let status: Int32
        if count == nil && Top.hasTerminal {
            switch try Top.draw(path: path, intervalMilliseconds: interval.milliseconds) {
            case .left(let left): status = left
            case .signal(let signal): Top.die(by: signal)
            }
        } else {
            status = try Top.writeLines(path: path, intervalMilliseconds: interval.milliseconds, count: count)
        }
        guard status == 0 else { throw ExitCode(status) }
    }

    private static func interval(parsing text: String) throws -> Interval {
        guard let milliseconds = DurationText.limitMilliseconds(parsing: text), milliseconds >= 100 else {
            throw ValidationError("an interval is a number and ms, s or m, such as 500ms or 2s: at least 100ms, and at most an hour")
        }
        return Interval(milliseconds: milliseconds)
    }
}

extension Top.Failure: CommandFailure {}
