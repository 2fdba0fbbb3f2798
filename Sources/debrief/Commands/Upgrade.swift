import ArgumentParser
import Pool

/// `debrief upgrade`: the binary as it is now.
struct Upgrade: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Replaces master and workers by those of the binary as it is now, without losing a request.",
        discussion: """
            What USR2 and then QUIT do, but it returns when it has happened. A new master is started beside the old from the same path and with the \
            same listening socket; its workers have to be ready within DEBRIEF_START_TIMEOUT. Then the old workers leave, each after the request it \
            was at, within DEBRIEF_DRAIN_TIMEOUT, and the old master with them. Where the new master ends or is not ready in time it exits with 1, \
            and the old one serves on. Migrations that the new binary needs are not applied: see migrate up.
            """
    )

    @OptionGroup var options: ControlOptions

    func run() throws { try options.run(.upgrade) }
}
