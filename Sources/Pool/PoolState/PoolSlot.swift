/// A place for a worker, as the master sees it.
struct PoolSlot: Equatable {
    private enum Content: Equatable {
        case free
        /// A worker is to be forked; at the earliest then.
        case reserved(from: Int)
        /// It is being forked.
        case forking
        case running(pid: Int32, since: Int)
    }

    private var content = Content.free
    /// The settings of the worker.
    private(set) var generation = 0
    /// Whether the worker can serve.
    private(set) var isReady = false
    /// That the worker was asked to leave; nil where it was not.
    var leaving: Leaving?
    /// How many workers have died young here, one after the other.
    private var youngDeaths = 0

    var isFree: Bool { content == .free }

    /// The process; nil where there is none.
    var pid: Int32? {
        guard case .running(let pid, _) = content else { return nil }
        return pid
    }

    /// Until when there is no next worker, since the last ones died young.
    var pausedUntil: Int? {
        guard case .reserved(let start) = content else { return nil }
        return start
    }

    /// Whether a worker is missing for that reason.
    var isPaused: Bool { pausedUntil != nil && youngDeaths > 0 }

    /// Whether it counts as a worker of a generation: there, or to come, and to stay.
    func isMember(of generation: Int) -> Bool { content != .free && leaving == nil && self.generation == generation }

    /// Wants a worker here.
    mutating func reserve(generation: Int, at now: Int) {
        content = .reserved(from: now)
        self.generation = generation
        isReady = false
    }

    /// Whether a worker is to be forked now.
    mutating func startIfDue(at now: Int) -> Bool {
        guard let pausedUntil, pausedUntil <= now else { return false }
        content = .forking
        return true
    }

    mutating func begin(pid: Int32, at now: Int) {
        content = .running(pid: pid, since: now)
        isReady = false
    }

    mutating func becomeReady() { isReady = pid != nil }

    /// The worker died young, or could not be forked: the next one waits.
    mutating func pause(at now: Int) {
        let doublings = min(youngDeaths, 10)
        youngDeaths += 1
        isReady = false
        content = .reserved(from: now + min(PoolState.firstPauseMilliseconds << doublings, PoolState.longestPauseMilliseconds))
    }

    mutating func free() { self = PoolSlot() }
}

// MARK: - The end of a worker

extension PoolSlot {
    /// Asks the worker to leave, once: after its request, which may take until then. Gives up one that was to come; one that is being forked has to
    /// be asked again once it is there.
    mutating func leave(_ reason: LeaveReason, until: Int, task: Int? = nil) -> [PoolState.Action] {
        switch content {
        case .running(let pid, _) where leaving == nil:
            leaving = Leaving(reason: reason, lastSignal: .quit, until: until, task: task)
            return [.send(.quit, pid: pid)]
        case .reserved:
            free()
            return []
        case .free, .forking, .running:
            return []
        }
    }

    /// Ends the worker at once, without a way back to patience.
    mutating func terminate(at now: Int) -> [PoolState.Action] {
        guard pid != nil else { return leave(.stop, until: now) }
        if leaving == nil { leaving = Leaving(reason: .stop, lastSignal: .quit, until: now) }
        return escalate(.terminate, at: now)
    }

    /// Sends a harder signal than the last one.
    private mutating func escalate(_ signal: Signal, at now: Int) -> [PoolState.Action] {
        guard let pid, leaving?.lastSignal == .quit || signal == .kill else { return [] }
        leaving?.lastSignal = signal
        leaving?.until = now + PoolState.terminationMilliseconds
        return [.send(signal, pid: pid)]
    }

    /// Whether the last signal has had its time.
    func isEscalationDue(at now: Int) -> Bool { leaving.map { $0.until <= now } ?? false }

    /// Goes on to the next signal: QUIT, TERM, KILL.
    mutating func escalate(at now: Int) -> [PoolState.Action] { escalate(leaving?.lastSignal == .quit ? .terminate : .kill, at: now) }

    /// Kills the worker that has given no sign of life for that long.
    mutating func endIfSilent(since tick: Int, for limit: Int, at now: Int) -> [PoolState.Action] {
        guard case .running(let pid, let start) = content, now - max(tick, start) >= limit, leaving?.lastSignal != .kill else { return [] }
        leaving = Leaving(reason: .silence, lastSignal: .kill, until: now + PoolState.terminationMilliseconds, task: leaving?.task)
        return [.send(.kill, pid: pid)]
    }

    /// Why the worker ended, where nobody had asked it to.
    func cause(of end: WorkerEnd) -> RestartCause? {
        if leaving?.reason == .silence { return .overdue }
        guard leaving == nil else { return nil }
        switch end.how {
        case .exit(0): return nil
        case .exit(WorkerExit.maxRequests.rawValue): return .maxRequests
        case .exit: return .exit
        case .signal: return .signal
        }
    }

    /// Whether it has crashed at its start: then the next one may, too.
    func diesYoung(_ end: WorkerEnd, at now: Int) -> Bool {
        guard case .running(_, let since) = content, leaving == nil, cause(of: end) != .maxRequests else { return false }
        return now - since < PoolState.shortestLifeMilliseconds && end.answered == 0
    }
}

/// That a worker was asked to leave, or is being ended.
struct Leaving: Equatable {
    var reason: LeaveReason
    var lastSignal: Signal
    /// When a harder signal is due.
    var until: Int
    /// The task that ends with the last of its workers.
    var task: Int?
}

/// Why a worker was asked to leave, or ended.
enum LeaveReason: String {
    case scale
    case reload
    case failedReload = "failed reload"
    case rest
    case stop
    case silence = "no sign of life"
}

/// How a worker's process ended, and what it had done.
struct WorkerEnd: Equatable {
    enum How: Equatable {
        /// With a status.
        case exit(Int32)
        /// By a signal.
        case signal(Int32)
    }

    var how: How
    /// How many requests it had answered.
    var answered = 0
    /// Whether it was at a request when it was asked to leave, and has finished that.
    var hasFinishedRequest = false
}
