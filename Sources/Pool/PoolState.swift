/// What the master knows and decides: event in, actions out. No clock, no process and no signal in here, so tests feed it tables of events.
///
/// Times are milliseconds of a monotonic clock. Workers are numbered; a gap is refilled by its number.
struct PoolState {
    /// What happened.
    enum Event: Equatable {
        /// A worker was forked for a slot.
        case workerStarted(slot: Int, pid: Int32)
        /// Forking one failed.
        case startFailed(slot: Int)
        /// A worker's process ended, for whatever cause.
        case workerEnded(pid: Int32)
        /// A signal to the master.
        case signal(Signal)
        /// Nothing but time passed.
        case time
    }

    /// What the master is to do now.
    enum Action: Equatable {
        /// Fork a worker, and report it by ``Event/workerStarted(slot:pid:)`` or ``Event/startFailed(slot:)``.
        case start(slot: Int)
        /// Send a worker a signal.
        case send(Signal, pid: Int32)
        /// All workers are gone: leave.
        case leave
    }

    /// A phase can only be overridden by a later one: a QUIT does not slow down a TERM.
    private enum Phase: Equatable {
        case running
        /// Workers were asked to finish; those that have not by then are ended.
        case finishing(until: Int)
        /// Workers were ended; those that are still there by then are killed.
        case terminating(until: Int)
    }

    private enum Slot: Equatable {
        case empty(startAt: Int)
        case running(pid: Int32, since: Int)
    }

    /// A worker that ends before this age has crashed at its start; one that got older shows that workers can live.
    static let shortestLifeMilliseconds = 1_000
    /// The brake on a crash loop: the pause before a slot's next worker, doubled with each that died young.
    static let firstPauseMilliseconds = 100
    static let longestPauseMilliseconds = 5_000
    /// How long an ended worker may take to go before it is killed.
    static let terminationMilliseconds = 2_000

    private let drainMilliseconds: Int
    private var phase = Phase.running
    private var slots: [Slot]
    /// How many workers of each slot died young, one after the other.
    private var youngDeaths: [Int]

    /// A pool of that many workers, none of them started yet; a QUIT gives them that long to finish.
    init(workers: Int, drainMilliseconds: Int, at now: Int) {
        self.drainMilliseconds = drainMilliseconds
        slots = Array(repeating: .empty(startAt: now), count: workers)
        youngDeaths = Array(repeating: 0, count: workers)
    }

    /// Takes an event in; the actions are to be carried out in their order.
    mutating func handle(_ event: Event, at now: Int) -> [Action] {
        var actions: [Action] = []
        switch event {
        case .workerStarted(let slot, let pid):
            slots[slot] = .running(pid: pid, since: now)
            return []
        case .startFailed(let slot):
            markYoungDeath(of: slot, at: now)
            return []
        case .workerEnded(let pid):
            emptySlot(of: pid, at: now)
        case .signal(.quit) where phase == .running:
            phase = .finishing(until: now + drainMilliseconds)
            actions = sendAll(.quit)
        case .signal(.terminate):
            actions = terminate(at: now)
        case .signal(.reopenLogs):
            actions = sendAll(.reopenLogs)
        case .signal, .time:
            break
        }
        return actions + due(at: now)
    }

    /// Whether the pool was told to stop, by whatever signal.
    var isStopping: Bool { phase != .running }

    /// When ``Event/time`` is due next; nil where nothing waits for time to pass.
    var nextTime: Int? {
        switch phase {
        case .running:
            slots.compactMap { if case .empty(let startAt) = $0 { startAt } else { nil } }.min()
        case .finishing(let until), .terminating(let until):
            until
        }
    }

    /// The processes of all workers.
    private var pids: [Int32] { slots.compactMap { if case .running(let pid, _) = $0 { pid } else { nil } } }

    private func sendAll(_ signal: Signal) -> [Action] { pids.map { .send(signal, pid: $0) } }

    private mutating func terminate(at now: Int) -> [Action] {
        if case .terminating = phase { return [] }
        phase = .terminating(until: now + Self.terminationMilliseconds)
        return sendAll(.terminate)
    }

    /// What the phase demands now, whatever the event was.
    private mutating func due(at now: Int) -> [Action] {
        switch phase {
        case .running:
            return slots.indices.compactMap { index in
                guard case .empty(let startAt) = slots[index], startAt <= now else { return nil }
                return .start(slot: index)
            }
        case .finishing, .terminating:
            if pids.isEmpty { return [.leave] }
            return overdue(at: now)
        }
    }

    private mutating func overdue(at now: Int) -> [Action] {
        switch phase {
        case .finishing(let until) where until <= now:
            return terminate(at: now)
        case .terminating(let until) where until <= now:
            phase = .terminating(until: now + Self.terminationMilliseconds)
            return sendAll(.kill)
        default:
            return []
        }
    }

    private mutating func emptySlot(of pid: Int32, at now: Int) {
        for index in slots.indices {
            guard case .running(pid, let since) = slots[index] else { continue }
            if now - since < Self.shortestLifeMilliseconds {
                markYoungDeath(of: index, at: now)
            } else {
                youngDeaths[index] = 0
                slots[index] = .empty(startAt: now)
            }
        }
    }

    private mutating func markYoungDeath(of slot: Int, at now: Int) {
        let doublings = min(youngDeaths[slot], 10)
        youngDeaths[slot] += 1
        slots[slot] = .empty(startAt: now + min(Self.firstPauseMilliseconds << doublings, Self.longestPauseMilliseconds))
    }
}
