import ArgumentParser
import Pool

/// `debrief scale`: how many workers there are.
struct Scale: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Changes how many workers there are.",
        discussion: """
            Returns when the new workers are ready and those that are too many have left, each after the request it was at. It may take \
            DEBRIEF_START_TIMEOUT for the first and DEBRIEF_DRAIN_TIMEOUT for the second. The number is kept beside the control socket, wins over \
            DEBRIEF_WORKERS, and outlives reloads and restarts until scale default. Where it fails it exits with 1: the workers that were there go \
            on, and the old number holds.
            """
    )

    @Argument(
        help: ArgumentHelp(
            "How many: \(WorkerRange.wanted), between which the pool follows its queue; or default, for what DEBRIEF_WORKERS says.",
            valueName: "workers"
        ),
        transform: Workers.init(parsing:)
    )
    var workers: Workers

    @OptionGroup var options: ControlOptions

    func run() throws { try options.run(.scale(workers.range)) }

    /// A number, a range, or the default.
    struct Workers {
        /// nil for the default.
        let range: ClosedRange<Int>?

        init(parsing text: String) throws {
            range = WorkerRange.parse(text)
            guard range != nil || text == "default" else { throw ValidationError("wanted is \(WorkerRange.wanted), or default") }
        }
    }
}
