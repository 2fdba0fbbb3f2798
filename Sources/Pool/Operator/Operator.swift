import API
import CProcess
import FastCGI
import Glibc
import Logging
import SystemPackage
import Waiting

/// The operator's process: it says how the pool is, also where no worker can. It only reads the scoreboard, and has no connection to PostgreSQL.
///
/// Behind an nginx server of its own (nginx/debrief-operator.conf), on the same code that reads workers' requests: one at a time.
struct Operator: ~Copyable {
    /// From the accept to the complete request, and to the last byte of the response. nginx has all of a GET before it connects, and takes a response
    /// as fast as it comes.
    private static let requestMilliseconds = 3_000
    /// How often it looks whether a connection waits for which another was woken, that was stopped or killed.
    private static let lookMilliseconds: CInt = 1_000

    private let options: PoolOptions
    private let scoreboard: Scoreboard
    private var queue: ListenQueue
    private let file: LogFile
    private let log: Logger
    private let gate = Gate()
    private var request: Request
    private let signals: SignalDescriptor
    private let events: EventQueue
    private var hasLookedAtNginx = false
    private var shortage = Shortage()

    /// Runs in the child that the master has forked for it, until it is to leave: QUIT after the request in flight and those that wait, TERM at once.
    ///
    /// - Parameters:
    ///   - listener: where it is asked; the master's, so that one process after the other can accept from it.
    ///   - workers: the socket whose queue is spoken of.
    ///   - file: where it logs; reopened by a USR1.
    /// - Returns: the exit status.
    static func run(
        _ options: PoolOptions,
        _ scoreboard: Scoreboard,
        listener: borrowing Listener,
        workers: borrowing Listener,
        master: pid_t,
        log file: LogFile
    ) -> CInt {
        // Whatever ends the master, nobody is left whose pool this could speak of.
        _ = debrief_die_with_parent(SIGKILL)
        guard getppid() == master else { return 0 }
        debrief_set_name("debrief-operator")
        // What the master could not write is its own to count.
        _ = file.takeFailures()
        let log = file.logger(level: options.logLevel, ["operator": .stringConvertible(getpid())])
        do throws(Errno) {
            var process = try Operator(options, scoreboard, listener: listener, workers: workers, file, log)
            try process.serve(listener)
            return 0
        } catch {
            log.critical("the operator's process cannot go on", metadata: ["error": "\(error)"])
            return 1
        }
    }

    private init(
        _ options: PoolOptions,
        _ scoreboard: Scoreboard,
        listener: borrowing Listener,
        workers: borrowing Listener,
        _ file: LogFile,
        _ log: Logger
    ) throws(Errno) {
        self.options = options
        self.scoreboard = scoreboard
        self.file = file
        self.log = log
        queue = ListenQueue(of: workers)
        request = Request()
        // libfcgi has taken TERM, USR1 and PIPE. What is meant for the master may reach the whole group.
        for signal in [SIGTERM, SIGINT] { debrief_default_signal(signal) }
        for signal in [SIGHUP, SIGUSR2, SIGTTIN, SIGTTOU, SIGWINCH, SIGPIPE] { debrief_ignore_signal(signal) }
        let signals = try SignalDescriptor(blocking: [.quit, .reopenLog])
        events = try EventQueue(signals: signals, listener: listener)
        self.signals = signals
    }

    private mutating func serve(_ listener: borrowing Listener) throws(Errno) {
        while true {
            scoreboard.header.operatorTick = monotonicMilliseconds()
            guard case .signal = events.wait(milliseconds: Self.lookMilliseconds) else {
                if try !serveNext(of: listener) { lookAtNginxOnce() }
                continue
            }
            switch signals.next()?.signal {
            case .quit:
                // Where a new master's socket has taken the name of this one, they would find nobody.
                while try serveNext(of: listener) {}
                return
            case .reopenLog: file.reopen(log)
            default: break
            }
        }
    }

    /// Logs where this machine's nginx has known holes; when nobody asks, since it takes a while. That is no reason not to serve: the nginx before
    /// this pool may be another.
    private mutating func lookAtNginxOnce() {
        guard !hasLookedAtNginx else { return }
        hasLookedAtNginx = true
        // The wait before this and the one for nginx could be longer together than this may be silent.
        scoreboard.header.operatorTick = monotonicMilliseconds()
        guard let fault = NginxVersion.ofThisMachine(.ofOperator).fault else { return }
        log.warning("the nginx of this machine is not safe", metadata: ["reason": "\(fault)"])
    }

    /// Answers the next connection; false where none waits.
    @discardableResult
    private mutating func serveNext(of listener: borrowing Listener) throws(Errno) -> Bool {
        guard let connection = try shortage.accept(from: listener, log) else { return false }
        let deadline = Deadline.after(milliseconds: Self.requestMilliseconds, client: connection)
        do throws(FastCGIError) {
            try request.read(from: connection, through: gate, until: deadline)
            // The connection is finished whether or not the client takes the response.
            defer { request.finish() }
            try respond(until: deadline)
        } catch {
            log.debug("an operator's request was not answered", metadata: ["reason": "\(error)"])
        }
        return true
    }

    private mutating func respond(until deadline: Deadline) throws(FastCGIError) {
        let method = request.text(of: .method)
        let call = OperatorCall(method: method, uri: request.text(of: .uri), accept: request.text(of: .accept))
        let length = queue.length()
        // What this process could not log itself.
        scoreboard.header.operatorLogFailures += file.takeFailures()
        let answer = call.answer(options) {
            PoolSnapshot(scoreboard, now: monotonicMilliseconds(), queue: length?.waiting, queueLimit: length?.limit ?? options.backlog)
        }
        let (head, body) = (Array(answer.head.utf8), method == "HEAD" ? [] : Array(answer.body.utf8))
        try request.send(head: head.span.bytes, body: body.span.bytes, isLast: true, until: deadline)
    }
}
