/// What became of a task.
enum PoolOutcome: Equatable {
    /// Why the old state holds.
    enum Failure: Equatable {
        /// A new worker ended before all of them were ready.
        case died(WorkerEnd)
        /// They were not ready in time.
        case late(ready: Int, of: Int)
        /// There could be no new process.
        case fork
        /// Something else was asked for meanwhile.
        case overridden
    }

    /// So many new workers of as many took so long to be ready; the old ones are gone, and have finished so many requests.
    case reloaded(ready: Int, of: Int, milliseconds: Int, finished: Int)
    case reloadFailed(Failure)
    /// So many workers of as many are ready after so long; those that were too many are gone, and have finished so many requests.
    case scaled(ready: Int, of: Int, milliseconds: Int, finished: Int)
    case scaleFailed(Failure)
}

/// A task whose new workers are ready, and whose old ones are on their way out.
struct PoolTask: Equatable {
    enum Kind: Equatable {
        case scale
        case reload
    }

    let kind: Kind
    let ready: Int
    let wanted: Int
    let milliseconds: Int
    /// Old workers that are not gone yet.
    var left = 0
    /// Requests that the old workers finished.
    var finished = 0

    init(kind: Kind, ready: Int, wanted: Int, milliseconds: Int) {
        self.kind = kind
        self.ready = ready
        self.wanted = wanted
        self.milliseconds = milliseconds
    }

    var outcome: PoolOutcome {
        switch kind {
        case .scale: .scaled(ready: ready, of: wanted, milliseconds: milliseconds, finished: finished)
        case .reload: .reloaded(ready: ready, of: wanted, milliseconds: milliseconds, finished: finished)
        }
    }
}

extension PoolOutcome.Failure: CustomStringConvertible {
    /// The end of a sentence.
    var description: String {
        switch self {
        case .died(let end): "a new worker ended (\(end)); the log says why"
        case .late(let ready, let count): "\(ready) of \(count) workers were ready in time; their log says why"
        case .fork: "no process could be made; see the limits of processes and memory"
        case .overridden: "it was told something else meanwhile"
        }
    }
}

extension WorkerEnd: CustomStringConvertible {
    /// For logs.
    var description: String {
        switch how {
        case .exit(let status): "exit \(status)"
        case .signal(let number): "signal \(number), \(Signal.name(of: number))"
        }
    }
}
