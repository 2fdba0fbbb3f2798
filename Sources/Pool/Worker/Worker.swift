import API
import CProcess
import FastCGI
import Glibc
import Logging
import SystemPackage
import Waiting

/// A worker's process, from the fork to its end: one thread, one connection to PostgreSQL, one request at a time.
///
///     wait ▶ accept ▶ gate ▶ request ▶ handler ▶ close
struct Worker: ~Copyable {
    /// From the accept to the complete request. nginx has all of a GET before it connects, so this is for those that are not nginx.
    private static let gateMilliseconds = 2_000
    /// How often a worker that has nothing to do says that it lives, and looks whether a connection waits that nobody was woken for.
    private static let tickMilliseconds: CInt = 1_000
    /// How often a worker without a connection to PostgreSQL tries to get one while it has nothing else to do.
    private static let reconnectMilliseconds: CInt = 500
    /// How old the last exchange with PostgreSQL may get before a worker asks whether it still answers.
    private static let exchangeMilliseconds = 2_000

    /// How old the last sign of life of another worker may be: twice the time in which an idle one gives one.
    private static let lateMilliseconds = 2 * Int(tickMilliseconds)

    private let options: PoolOptions
    private let scoreboard: Scoreboard
    private let slot: Slot
    private let file: LogFile
    private let log: Logger
    private let gate = Gate()
    private var request: Request
    private var handler: Handler
    private var requestLog: RequestLog
    private let signals: SignalDescriptor
    private var events: EventQueue
    /// After how many requests it leaves.
    private let lastRequest: Int
    private var requests = 0
    /// The time, as far as it had to be asked for, in monotonic microseconds.
    private var now = monotonicMicroseconds()
    /// What the master last knew of it when it had nothing to do.
    private var restingState = WorkerState.starting
    /// The connections to PostgreSQL that the slot knows of.
    private var countedConnections = 1
    /// Why there was no connection to PostgreSQL when one was last tried for: said once, however long it lasts.
    private var databaseFault: String?
    private var shortage = Shortage()

    /// Runs in the child, until it is to leave; returns the exit status, a ``WorkerExit``.
    ///
    /// - Parameters:
    ///   - scoreboard: where it sees how the others are.
    ///   - slot: where it says how it is; the master has prepared it, and clears it when the process has ended.
    ///   - bell: rung when it is ready, when it has lost its database, and when it has it back.
    ///   - master: the process that forked it.
    ///   - file: where it logs; reopened by a USR1.
    static func run(
        _ options: PoolOptions,
        _ scoreboard: Scoreboard,
        slot: Slot,
        listener: borrowing Listener,
        bell: borrowing Bell,
        master: pid_t,
        log file: LogFile
    ) -> CInt {
        slot.enter(pid: getpid())
        // Whatever ends the master, nobody is left to replace or to stop this process. It may be dead already.
        _ = debrief_die_with_parent(SIGKILL)
        guard getppid() == master else { return WorkerExit.asked.rawValue }
        debrief_set_name("debrief-worker")
        // What the master could not write is its own to count.
        _ = file.takeFailures()
        let log = file.logger(level: options.logLevel, ["worker": .stringConvertible(getpid())])
        do throws(Errno) {
            var worker = try Worker(options, scoreboard, slot, listener, file, log)
            return try worker.serve(listener, bell).rawValue
        } catch {
            log.critical("the worker cannot go on", metadata: ["error": "\(error)"])
            return WorkerExit.fault.rawValue
        }
    }

    private init(
        _ options: PoolOptions,
        _ scoreboard: Scoreboard,
        _ slot: Slot,
        _ listener: borrowing Listener,
        _ file: LogFile,
        _ log: Logger
    ) throws(Errno) {
        self.options = options
        self.scoreboard = scoreboard
        self.slot = slot
        self.file = file
        self.log = log
        handler = Handler(database: options.database)
        handler.onEndpoint = { slot.noteEndpoint($0) }
        request = Request()
        requestLog = RequestLog(options, worker: getpid(), file: file)
        lastRequest = Self.lastRequest(of: options)
        // The master's signals may reach all processes of its terminal. A client that is gone is an error of the send.
        for signal in [SIGHUP, SIGUSR2, SIGTTIN, SIGTTOU, SIGWINCH, SIGPIPE] { debrief_ignore_signal(signal) }
        // libfcgi has taken this; it ends the process at once.
        debrief_default_signal(SIGTERM)
        let signals = try SignalDescriptor(blocking: [.quit, .reopenLog])
        events = try EventQueue(signals: signals, listener: listener)
        self.signals = signals
    }

    /// Up to a quarter earlier than it was told, so that workers that began together do not leave together.
    private static func lastRequest(of options: PoolOptions) -> Int {
        guard options.maxRequests > 0 else { return .max }
        // getrandom(2) on Linux: no state that would have crossed the fork.
        return Int.random(in: options.maxRequests - options.maxRequests / 4...options.maxRequests)
    }

    private mutating func serve(_ listener: borrowing Listener, _ bell: borrowing Bell) throws(Errno) -> WorkerExit {
        connectDatabase()
        while requests < lastRequest {
            rest(bell)
            let isConnected = handler.database.isConnected
            // Without a database there is only 503 to be had, and fast: it would draw the requests away from those who have one.
            try events.listen(isConnected || !isAnotherServing)
            let event = events.wait(milliseconds: isConnected ? Self.tickMilliseconds : Self.reconnectMilliseconds)
            now = monotonicMicroseconds()
            switch event {
            case .signal:
                guard heed(signals.next()?.signal) else {
                    // A connection may have woken this worker, and no other.
                    if events.isListening { try answerNext(of: listener) }
                    return .asked
                }
            case .connection:
                try answerNext(of: listener)
            case .none:
                // So may it have woken one that was stopped or killed before it could accept.
                if events.isListening { try answerNext(of: listener) }
                if !handler.database.isConnected {
                    // The wait before this and the one that begins together could be longer than a worker may be silent.
                    slot.show(.waiting, at: now / 1_000)
                    connectDatabase()
                }
            }
        }
        return .maxRequests
    }

    /// Does what a signal asks for; false where that is to leave.
    private func heed(_ signal: Signal?) -> Bool {
        switch signal {
        case .quit: return false
        case .reopenLog: file.reopen(log)
        default: break
        }
        return true
    }
}

// MARK: - With nothing to do

extension Worker {
    /// Sees to the connection to PostgreSQL, and shows on the scoreboard how it is.
    private mutating func rest(_ bell: borrowing Bell) {
        if !handler.database.isConnected && databaseFault == nil {
            // A request has left its connection in no state to be used again.
            slot.show(.waiting, at: now / 1_000)
            connectDatabase()
        } else if handler.database.isConnected && now / 1_000 - handler.database.exchangedAt >= Self.exchangeMilliseconds {
            slot.show(.idle, at: now / 1_000)
            handler.database.probe()
            now = monotonicMicroseconds()
            if !handler.database.isConnected {
                // Both waits together could be longer than a worker may be silent.
                slot.show(.waiting, at: now / 1_000)
                connectDatabase()
            }
        }
        noteDatabase()
        for _ in 0..<file.takeFailures() { slot.countLogFailure() }

        let state = handler.database.isConnected ? WorkerState.idle : .waiting
        slot.show(state, at: now / 1_000)
        guard state != restingState else { return }
        restingState = state
        bell.ring()
    }

    /// Whether another worker has a connection to PostgreSQL and takes requests, as far as is known: it has lately waited for one, or taken one. One
    /// that has been at a request for longer may wait for a server that answers nobody.
    private var isAnotherServing: Bool {
        scoreboard.usedSlots.contains { other in
            (other.state == .idle || other.state == .busy) && other.index != slot.index && now / 1_000 - other.tick < Self.lateMilliseconds
        }
    }

    private mutating func connectDatabase() {
        do throws(Database.Failure) {
            try handler.database.prepare()
        } catch {
            note(error)
        }
        now = monotonicMicroseconds()
    }

    /// Says what has become of the database, whoever has brought the connection back: this worker while it rested, or a request.
    private mutating func noteDatabase() {
        guard handler.database.isConnected else { return }
        if databaseFault != nil { log.notice("the database is back") }
        databaseFault = nil
        slot.noteExchange(at: handler.database.exchangedAt)
        while countedConnections < handler.database.connections {
            slot.countReconnect()
            countedConnections += 1
        }
    }

    /// Says why there is no database, once as long as the reason stays the same: requests and pauses find it again and again.
    private mutating func note(_ failure: Database.Failure) {
        if case .resting = failure { return }
        if case .unsafe = failure { slot.noteNoDatabase(refused: true) } else { slot.noteNoDatabase(refused: false) }
        let fault = "\(failure)"
        if fault != databaseFault { log.error("no database", metadata: ["reason": "\(fault)"]) }
        databaseFault = fault
    }
}

// MARK: - A request

extension Worker {
    /// Answers the connection that has waited longest, where one still waits.
    private mutating func answerNext(of listener: borrowing Listener) throws(Errno) {
        guard let connection = try shortage.accept(from: listener, log) else { return }
        slot.begin(at: now / 1_000)
        answer(connection)
    }

    /// Answers the one request of a connection.
    private mutating func answer(_ connection: CInt) {
        let accepted = now
        let deadline = Deadline.after(milliseconds: options.requestTimeoutMilliseconds, from: accepted, client: connection)
        do throws(FastCGIError) {
            let gateDeadline = min(deadline, .after(milliseconds: Self.gateMilliseconds, from: accepted))
            try request.read(from: connection, through: gate, until: gateDeadline)
        } catch {
            slot.countUnanswered()
            log.notice("a connection was closed unanswered", metadata: ["reason": "\(error)"])
            now = monotonicMicroseconds()
            return
        }
        let observation = handler.respond(to: &request, until: deadline)
        now = monotonicMicroseconds()
        report(observation, microseconds: now - accepted)
        request.finish()
    }

    private mutating func report(_ observation: Handler.Observation, microseconds: Int) {
        requests += 1
        slot.countRequest(status: observation.status)
        slot.tally.count(endpoint: observation.endpoint?.index, status: observation.status, microseconds: microseconds)
        if case .noDatabase(let failure) = observation.outcome { note(failure) }
        requestLog.write(observation, of: request, microseconds: microseconds)
    }
}
