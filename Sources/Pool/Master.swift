import API
import CProcess
import Glibc
import Logging
import SystemPackage
import Waiting

// The target `Pool` runs the processes: a master that holds the listening socket, and workers that accept from it. It knows nothing of endpoints,
// SQL or HTTP; what a worker does with a request is `API`'s. Before it stands the command `serve`; after it `API` and `FastCGI`.

/// The master's process: it forks workers, replaces those that end, and answers signals. It never has a connection to PostgreSQL, and no thread
/// beside the first, so that a fork copies nothing that is in use.
public struct Master: ~Copyable {
    private let options: PoolOptions
    private let log: Logger
    private let signals: SignalDescriptor
    private let listener: Listener
    private let scoreboard: Scoreboard
    private let bell: Bell
    private let file: LogFile
    private var state: PoolState

    /// Why the pool could not begin.
    public enum Failure: Error {
        /// The socket could not be opened.
        case listen(Errno)
        /// The database is not fit to be served from; why is in the log.
        case unfitDatabase
        /// Another system call failed.
        case system(Errno)
    }

    /// Runs the pool until it is told to stop.
    public static func run(_ options: PoolOptions) throws(Failure) {
        let file = LogFile(options.log)
        let log = file.logger(level: options.logLevel)
        guard try databaseIsFit(options, log) else { throw .unfitDatabase }
        var master = try Master(options, file, log)
        master.loop()
    }

    private init(_ options: PoolOptions, _ file: LogFile, _ log: Logger) throws(Failure) {
        // Meant for a reload or for the pool's size, none of which there is to do: they end or stop a process that does not say otherwise.
        for signal in [SIGHUP, SIGUSR2, SIGTTIN, SIGTTOU, SIGWINCH] { debrief_ignore_signal(signal) }
        let signals: SignalDescriptor
        let scoreboard: Scoreboard
        do throws(Errno) {
            scoreboard = try Scoreboard(endpoints: Endpoint.all.map(\.name))
            signals = try SignalDescriptor(blocking: [SIGTERM, SIGINT, SIGQUIT, SIGCHLD, SIGUSR1])
        } catch {
            throw .system(error)
        }
        let bell: Bell
        do throws(Errno) {
            bell = try Bell()
        } catch {
            throw .system(error)
        }
        do throws(Errno) {
            listener = try Listener(options.listen, backlog: options.backlog)
        } catch {
            throw .listen(error)
        }
        self.signals = signals
        self.bell = bell
        self.scoreboard = scoreboard
        self.options = options
        self.log = log
        self.file = file
        state = PoolState(workers: options.workers.upperBound, drainMilliseconds: options.drainTimeoutMilliseconds, at: monotonicMilliseconds())
    }

    private mutating func loop() {
        log.notice("started", metadata: ["pid": .stringConvertible(getpid()), "workers": "\(options.workers)"])
        // A full queue is an error to nginx at once, not a wait.
        if let largest = Listener.largestBacklog, largest < options.backlog {
            log.warning("the kernel caps the backlog: raise net.core.somaxconn", metadata: ["backlog": "\(options.backlog)", "cap": "\(largest)"])
        }
        var event = PoolState.Event.time
        while true {
            for action in state.handle(event, at: monotonicMilliseconds()) {
                guard perform(action) else {
                    listener.removeFile()
                    log.notice("stopped", metadata: ["pid": .stringConvertible(getpid())])
                    return
                }
            }
            event = nextEvent()
        }
    }

    /// Waits for a signal, an ended child, or the time at which something is due.
    private mutating func nextEvent() -> PoolState.Event {
        if let ended = reap() { return ended }
        let deadline = state.nextTime.map { Deadline.after(milliseconds: max(0, $0 - monotonicMilliseconds())) }
        while true {
            if let (signal, sender) = signals.next() {
                if signal != .childEnded { log.notice("signal", metadata: ["signal": "\(signal)", "sender": "\(sender)"]) }
                if signal == .reopenLogs { file.reopen(log) }
                // Signals merge: one CHLD can stand for several children, so the rest are asked for before the next wait.
                return signal == .childEnded ? reap() ?? .time : .signal(signal)
            }
            let ready = wait(for: .readable, of: signals.descriptor, until: deadline ?? .after(milliseconds: 60_000))
            if !ready && deadline != nil { return .time }
        }
    }

    private func reap() -> PoolState.Event? {
        var status: CInt = 0
        let pid = waitpid(-1, &status, WNOHANG)
        guard pid > 0 else { return nil }
        let exit = debrief_exit_code(status)
        let level: Logger.Level = exit == 0 || state.isStopping ? .info : .warning
        let cause = exit >= 0 ? "exit \(exit)" : "signal \(debrief_term_signal(status))"
        log.log(level: level, "a worker ended", metadata: ["worker": .stringConvertible(pid), "cause": "\(cause)"])
        return .workerEnded(pid: pid)
    }

    /// Carries an action out; false where it is to leave.
    private mutating func perform(_ action: PoolState.Action) -> Bool {
        switch action {
        case .leave:
            return false
        case .send(let signal, let pid):
            kill(pid, signal.number)
        case .start(let slot):
            start(slot)
        }
        return true
    }

    private mutating func start(_ slot: Int) {
        let master = getpid()
        let place = scoreboard.slot(slot)
        place.prepare(generation: 1, now: monotonicMilliseconds(), startedAt: Int(unixMicroseconds()))
        scoreboard.header.usedSlots = max(scoreboard.header.usedSlots, slot + 1)
        let pid = fork()
        if pid == 0 {
            _exit(Worker.run(options, slot: place, listener: listener, bell: bell, master: master, log: file))
        }
        if pid < 0 { log.error("fork failed", metadata: ["error": "\(Errno(rawValue: errno))"]) }
        let event = pid < 0 ? PoolState.Event.startFailed(slot: slot) : .workerStarted(slot: slot, pid: pid)
        _ = state.handle(event, at: monotonicMilliseconds())
    }

    /// Runs in a child what `check` runs, since the master must have no connection. A database that cannot be reached is waited for by the workers;
    /// one that nobody should be served from stops the start.
    private static func databaseIsFit(_ options: PoolOptions, _ log: Logger) throws(Failure) -> Bool {
        let pid = fork()
        guard pid >= 0 else { throw .system(Errno(rawValue: errno)) }
        if pid == 0 {
            let checks = DeploymentCheck.all(options.database, workers: options.workers.upperBound)
            let isUnreachable = checks.contains { $0.isUnreachable }
            for check in checks {
                for fault in check.faults {
                    log.log(level: isUnreachable ? .warning : .critical, "\(fault)", metadata: ["check": "\(check.name)"])
                }
            }
            _exit(isUnreachable || checks.allSatisfy(\.faults.isEmpty) ? 0 : 1)
        }
        var status: CInt = 0
        while waitpid(pid, &status, 0) == -1 && errno == EINTR {}
        return debrief_exit_code(status) == 0
    }
}
