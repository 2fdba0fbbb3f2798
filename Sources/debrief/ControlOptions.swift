import Admin
import ArgumentParser
import Pool

/// What the commands share that ask the master: where it listens, how long it is waited for, and how its answer ends the command.
struct ControlOptions: ParsableArguments {
    @OptionGroup var settings: SettingsOptions

    /// Beside what workers may take: for the master itself, and a machine that is busy.
    private static let graceMilliseconds = 10_000

    /// Has the master do something, prints what it says, and fails where it failed.
    func run(_ command: ControlCommand) throws {
        let master = try ControlSettings(file: settings.file)
        // Above all the master's own limits, so that it is the one who says what went wrong.
        let answer = try ControlClient.ask(command, at: master.path, within: master.limitMilliseconds + Self.graceMilliseconds)
        guard answer.status == 0 else { throw MasterRefusal(answer) }
        try StandardFiles.write(answer.text)
    }
}

/// The master's own word that something was not done.
struct MasterRefusal: CommandFailure {
    let exitStatus: Int32
    let description: String

    init(_ answer: ControlAnswer) {
        exitStatus = Int32(answer.status)
        description = answer.text.split(separator: "\n").joined(separator: "; ")
    }
}

extension ControlError: CommandFailure {}
