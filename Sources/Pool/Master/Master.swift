import API
import CProcess
import Glibc
import Logging
import SystemPackage
import Waiting

// The target `Pool` runs the processes: a master that holds the listening socket, workers that accept from it, and one process that answers
// operators. It knows nothing of endpoints, SQL or HTTP; what a worker does with a request is `API`'s. Before it stands the command `serve`; after it
// `API` and `FastCGI`.

/// The master's process: it forks workers, replaces those that end, and does what signals and commands ask for. It never has a connection to
/// PostgreSQL, and no thread beside the first, so that a fork copies nothing that is in use.
///
/// It is one loop: reap, take signals, hear the workers, take commands, look at the time, wait. Nothing in it waits for another process but the
/// loop's one wait. What is to be done is decided by ``PoolState``.
public struct Master: ~Copyable {
    /// How long a signal waits for more of its kind: 50 that are sent at once do what one does.
    static let settleMilliseconds = 50
    /// How often the workers' signs of life are looked at.
    static let lookMilliseconds = 1_000
    /// How often the queue is, where the size of the pool follows it.
    static let followMilliseconds = 100

    /// What a reload may take beside the limits that settings give: the check of the database, and the end of workers that do not leave.
    public static let ownMilliseconds = DatabaseCheck.limitMilliseconds + 2 * PoolState.terminationMilliseconds

    /// Reads the settings again.
    public typealias ReadOptions = () throws(UnreadableOptions) -> PoolOptions

    let readOptions: ReadOptions
    /// The settings in force.
    var options: PoolOptions
    /// Settings that are not in force yet, with the log that they name, by generation.
    var candidates: [Int: (options: PoolOptions, logFile: LogFile)] = [:]
    var logFile: LogFile
    var log: Logger
    /// What children give up.
    let privileges: Privileges
    let serviceManager = ServiceManager()
    let signals: SignalDescriptor
    let bell: Bell
    let listener: Listener
    var queue: ListenQueue
    let scoreboard: Scoreboard
    var state: PoolState

    /// Commands, from when this is the master that they are for.
    var control: ControlServer?
    /// Who waits for a task.
    var waiters: [Int: [ControlClientID]] = [:]
    var lastTask = 0
    var lastGeneration = 1
    /// What was kept before a command to scale, by its task; nil where nothing was.
    var formerScales: [Int: ClosedRange<Int>?] = [:]
    /// The range that a command has asked for, which outlives reload and restart.
    var keptRange: ClosedRange<Int>?
    /// A reload whose settings are being checked.
    var reload: ReloadCheck?
    /// Who waits for the reload after this one; nil where there is to be none.
    var nextReload: [ControlClientID]?
    /// A new master that is not ready yet, or is.
    var upgrade: Upgrade?
    /// New masters that were given up, and when they are killed.
    var abandoned: [pid_t: Int] = [:]
    /// The old master, which waits for this one; nil where there is none.
    var predecessor: Predecessor?
    var stopWaiters: [ControlClientID] = []
    var stop = StopTally()

    /// Signals that have come, and when they are done.
    var settling: [Signal: Int] = [:]
    /// Slots whose workers have been seen ready.
    var readySlots: Set<Int> = []
    /// Workers that were at a request when they were asked to leave.
    var lastRequests: Set<pid_t> = []
    /// Where operators ask, from when this is the master that they are told of.
    var operatorSocket: OperatorSocket?
    var operatorProcess = OperatorProcess()
    var nextLook = 0
    var nextFollow = 0
    let startedAt = monotonicMilliseconds()
    /// Whether everybody has been told that the pool serves.
    var isAnnounced = false
    var failure: Failure?
    var isLeaving = false

    /// Why the pool could not begin.
    public enum Failure: Error {
        /// There is no account that the workers could become: why.
        case account(String)
        /// The socket could not be opened: where.
        case listen(ListenAddress, Errno)
        /// What an old master has handed over could not be taken.
        case inheritance(Errno)
        /// Everybody on this machine may connect to the socket that was handed over: its path.
        case openSocket(String)
        /// The socket for commands, or that of operators beside it, could not be opened: its path.
        case control(path: String, Errno)
        /// The database is not fit to be served from: why.
        case unfitDatabase([String])
        /// A new master's workers were not ready, for that reason.
        case notReady(String)
        /// A new master took over, and has ended before this one had.
        case successorEnded
        /// Another system call failed.
        case system(Errno)
    }

    /// Runs the pool until it is told to stop.
    ///
    /// - Parameter readOptions: reads the settings that hold from a reload on.
    public static func run(_ options: PoolOptions, readOptions: @escaping ReadOptions) throws(Failure) {
        let inheritance: Inheritance?
        do throws(Errno) {
            inheritance = try Inheritance.take()
        } catch {
            throw .inheritance(error)
        }
        do throws(Failure) {
            let privileges = try Self.privileges(options)
            var master = try Master(options, readOptions: readOptions, inheritance: inheritance, privileges)
            try master.run()
        } catch {
            if let inheritance { Predecessor(descriptor: inheritance.ready, pid: inheritance.master).tell(.failed(error.reason)) }
            throw error
        }
    }

    private init(
        _ options: PoolOptions,
        readOptions: @escaping ReadOptions,
        inheritance: Inheritance?,
        _ privileges: Privileges
    ) throws(Failure) {
        debrief_set_name("debrief-master")
        logFile = LogFile(options.log, for: privileges.account)
        log = logFile.logger(level: options.logLevel)
        let cannotListen = { Failure.listen(options.listen, $0) }
        let listener = try Self.make(cannotListen) { () throws(Errno) in
            try Self.listener(options, inheritance, for: privileges.account)
        }
        if let path = listener.openPath { throw .openSocket(path) }
        let signals = try Self.make(Failure.system) { () throws(Errno) in
            try SignalDescriptor(blocking: Signal.allCases.filter { $0 != .kill })
        }
        let bell = try Self.make(Failure.system) { () throws(Errno) in try Bell() }
        scoreboard = try Self.make(Failure.system) { () throws(Errno) in try Scoreboard(endpoints: Endpoint.all.map(\.name)) }
        queue = ListenQueue(of: listener)
        self.listener = listener
        self.signals = signals
        self.bell = bell
        self.privileges = privileges
        self.options = options
        self.readOptions = readOptions
        predecessor = inheritance.map { Predecessor(descriptor: $0.ready, pid: $0.master) }
        state = PoolState(generation: 1, range: options.workers, limits: options.limits, slotCount: Scoreboard.slotCount, at: startedAt)
    }
}

extension Master.Failure: CustomStringConvertible {
    /// One line.
    public var description: String {
        if case .unfitDatabase = self { "the database is not fit to be served from; run: debrief check" } else { reason }
    }

    /// One line for who sees nothing else.
    var reason: String {
        switch self {
        case .account(let reason): reason
        case .listen(let address, let error):
            "cannot listen at \(address), which is DEBRIEF_LISTEN: \(error); \(ListeningAdvice.text(error, at: "\(address)", setting: "DEBRIEF_LISTEN"))"
        case .inheritance(let error): "cannot take the old master's socket: \(error)"
        case .openSocket(let path):
            "everybody on this machine may connect to the socket \(path) that was handed over; set its mode to 0660, as by SocketMode= in systemd"
        case .control(let path, let error):
            "cannot take commands at \(path), which is DEBRIEF_CONTROL: \(error); \(ListeningAdvice.text(error, at: path, setting: "DEBRIEF_CONTROL"))"
        case .unfitDatabase(let reasons): "the database is not fit to be served from: \(reasons.joined(separator: "; "))"
        case .notReady(let reason): "the new master is not ready: \(reason)"
        case .successorEnded: "the new master has ended while this one was leaving"
        case .system(let error): "cannot start: \(error)"
        }
    }
}

extension Master {
    /// Makes something, and says what has failed where that fails.
    private static func make<T: ~Copyable>(_ failure: (Errno) -> Failure, _ body: () throws(Errno) -> T) throws(Failure) -> T {
        do throws(Errno) {
            return try body()
        } catch {
            throw failure(error)
        }
    }
}

/// Settings that make no sense.
public struct UnreadableOptions: Error {
    /// What is wrong, in one line.
    public let reason: String

    /// Settings that make no sense.
    public init(_ reason: String) { self.reason = reason }
}

extension PoolOptions {
    /// The limits as the pool's state knows them.
    var limits: PoolState.Limits {
        PoolState.Limits(
            startMilliseconds: startTimeoutMilliseconds,
            drainMilliseconds: drainTimeoutMilliseconds,
            // A worker answers 504 itself at the limit of a request; one that cannot is ended so much later.
            silenceMilliseconds: requestTimeoutMilliseconds + 2_000
        )
    }
}

// MARK: - The loop

extension Master {
    private mutating func run() throws(Failure) {
        do throws(Failure) {
            guard try begin() else {
                if predecessor == nil { listener.removeFile() }
                return
            }
        } catch {
            if predecessor == nil { listener.removeFile() }
            throw error
        }
        loop()
        if let failure { throw failure }
    }

    private mutating func loop() {
        while !isLeaving {
            reap()
            takeSignals()
            hearWorkers()
            takeCommands()
            watchChecks()
            lookAtWorkers()
            apply(.time)
            if !isLeaving { waitForNews() }
        }
        end()
    }

    /// Tells the state what happened, and does what it says.
    mutating func apply(_ event: PoolState.Event) {
        for action in state.handle(event, at: monotonicMilliseconds()) { perform(action) }
        publish()
    }

    private mutating func perform(_ action: PoolState.Action) {
        switch action {
        case .start(let slot, let generation): start(slot, generation)
        case .send(let signal, let pid): send(signal, to: pid)
        case .unasked(let cause, let pid, let end): noteRestart(cause, pid, end.how)
        case .committed(let generation): adopt(generation)
        case .done(let task, let outcome): report(outcome, of: task)
        case .leave: isLeaving = true
        }
    }

    /// Waits for a signal, a worker, a command, a child, or the time at which something is due.
    private mutating func waitForNews() {
        var waits: [(descriptor: CInt, readiness: Readiness)] = [(signals.descriptor, .readable), (bell.descriptor, .readable)]
        waits += control?.waits ?? []
        let pending = upgrade.flatMap { $0.isReady ? nil : $0 }
        waits += [reload?.check.descriptor, pending?.descriptor].compactMap(\.self).map { ($0, .readable) }
        let now = monotonicMilliseconds()
        let times = [state.nextTime, settling.values.min(), nextLook, followsQueue ? nextFollow : nil, reload?.deadline, pending?.deadline]
        let next = times.compactMap(\.self).min() ?? now + Self.lookMilliseconds
        let deadline = Deadline.after(milliseconds: max(0, next - now))
        _ = wait(forAny: waits, until: min(deadline, control?.deadline ?? deadline))
    }

    private var followsQueue: Bool { state.range.count > 1 }

    private mutating func hearWorkers() {
        bell.hear()
        for slot in scoreboard.usedSlots where !readySlots.contains(slot.index) && (slot.state == .idle || slot.state == .busy) {
            readySlots.insert(slot.index)
            apply(.workerReady(slot: slot.index))
        }
        announceOnce()
    }

    private mutating func lookAtWorkers() {
        let now = monotonicMilliseconds()
        let isLookDue = nextLook <= now
        if isLookDue {
            apply(.signsOfLife(scoreboard.usedSlots.map(\.tick)))
            // Whoever is silent is ended when he has been so for long enough, not up to a second later.
            let due = scoreboard.usedSlots.filter { $0.state != .none }.map { $0.tick + options.limits.silenceMilliseconds }.min()
            keepPlace()
            keepOperator()
            let times = [due, operatorProcess.isDue(after: now)].compactMap(\.self)
            nextLook = min(now + Self.lookMilliseconds, max(now + Self.followMilliseconds, times.min() ?? .max))
            killAbandoned()
        }
        guard isLookDue || followsQueue && nextFollow <= now else { return }
        nextFollow = now + Self.followMilliseconds
        let busy = scoreboard.usedSlots.count { $0.state == .busy }
        apply(.load(PoolSizer.Load(queue: queue.length()?.waiting ?? 0, busy: busy)))
    }

    private func publish() {
        let header = scoreboard.header
        header.phase = upgrade == nil || state.isStopping ? state.phase : .upgrading
        header.generation = state.generation
        header.range = state.range
        header.wanted = state.phase == .resting ? 0 : state.size
        header.limitReached = state.limitReached
        header.braked = state.braked
        header.logFailures += logFile.takeFailures()
    }
}
