import ArgumentParser
import Pool

/// `debrief stop`: the end of the pool.
struct Stop: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Stops master and workers, after the requests in flight.",
        discussion: """
            What QUIT does, but it returns when the master is gone. Requests in flight may take DEBRIEF_DRAIN_TIMEOUT; what is not finished by \
            then is ended with TERM, and its caller gets 503. Where there is no master, or it does not end, it exits with 1 and leaves all as it is.
            """
    )

    @OptionGroup var options: ControlOptions

    func run() throws { try options.run(.stop) }
}
