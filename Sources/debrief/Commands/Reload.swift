import ArgumentParser
import Pool

/// `debrief reload`: new settings and new workers.
struct Reload: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Has the master read its settings anew and replace all workers, without losing a request.",
        discussion: """
            What HUP does, but it returns when it has happened. New workers are started beside the old and have to be ready within \
            DEBRIEF_START_TIMEOUT; then the old ones leave, each after the request it was at, within DEBRIEF_DRAIN_TIMEOUT. Where settings make no \
            sense or the new workers are not ready in time it exits with 1, and the old ones serve on with the old settings. The binary stays the \
            same: see upgrade.
            """
    )

    @OptionGroup var options: ControlOptions

    func run() throws { try options.run(.reload) }
}
