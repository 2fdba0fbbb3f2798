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
    /// Monitoring asks a few times a minute.
    private static let backlog = 128
    private static let name = "operator.sock"

    private let options: PoolOptions
    private let scoreboard: Scoreboard
    private let queue: () -> Int?
    private let log: Logger
    private let gate = Gate()
    private var request: Request
    private let signals: SignalDescriptor
    private let listener: Listener
    private let events: EventQueue

    /// Runs in the child that the master has forked for it, until it is to leave: QUIT after the request in flight and those that wait, TERM at once.
    ///
    /// It listens at `operator.sock` in the folder of the control socket. A second one there, of a new master or with new settings, takes the place of
    /// the first without a moment in which nobody listens; the first then gets a QUIT.
    ///
    /// - Parameters:
    ///   - queue: how many connections wait for a worker; nil where the kernel does not say.
    /// - Returns: the exit status.
    static func run(_ options: PoolOptions, scoreboard: Scoreboard, queue: @escaping () -> Int?, master: pid_t, log: Logger) -> CInt {
        // Whatever ends the master, nobody is left whose pool this could speak of.
        _ = debrief_die_with_parent(SIGKILL)
        guard getppid() == master else { return 0 }
        debrief_set_name("debrief-operator")
        do throws(Errno) {
            var process = try Operator(options, scoreboard: scoreboard, queue: queue, log: log)
            try process.serve()
            return 0
        } catch {
            log.critical("the operator's process cannot go on", metadata: ["error": "\(error)"])
            return 1
        }
    }

    private init(_ options: PoolOptions, scoreboard: Scoreboard, queue: @escaping () -> Int?, log: Logger) throws(Errno) {
        self.options = options
        self.scoreboard = scoreboard
        self.queue = queue
        self.log = log
        request = Request()
        // libfcgi has taken TERM, USR1 and PIPE. What is meant for the master may reach the whole group.
        for signal in [SIGTERM, SIGINT] { debrief_default_signal(signal) }
        for signal in [SIGHUP, SIGUSR1, SIGUSR2, SIGTTIN, SIGTTOU, SIGWINCH, SIGPIPE] { debrief_ignore_signal(signal) }
        let signals = try SignalDescriptor(blocking: [SIGQUIT])
        let listener = try Self.listen(beside: options.control)
        events = try EventQueue(signals: signals, listener: listener)
        self.signals = signals
        self.listener = listener
    }

    /// Binds to a name of this process, then takes the name that nginx knows, from whoever has it.
    ///
    /// The C function is `rename`.
    private static func listen(beside control: String) throws(Errno) -> Listener {
        let folder = control.lastIndex(of: "/").map { String(control[...$0]) } ?? ""
        // Not longer than control.sock, which fits.
        guard let address = ListenAddress(parsing: "\(folder.isEmpty ? "./" : folder).op\(getpid())"), case .unix(let path) = address
        else { throw .fileNameTooLong }
        let listener = try Listener(address, backlog: backlog)
        guard rename(path, folder + name) == 0 else {
            let error = Errno(rawValue: errno)
            unlink(path)
            throw error
        }
        return listener
    }

    private mutating func serve() throws(Errno) {
        while true {
            switch events.wait(milliseconds: -1) {
            case .connection:
                try serveNext()
            case .signal where signals.next()?.signal == .quit:
                // Those that came to this socket before another took its name would find nobody.
                while try serveNext() {}
                return
            case .signal, .none:
                continue
            }
        }
    }

    /// Answers the next connection; false where none waits.
    @discardableResult
    private mutating func serveNext() throws(Errno) -> Bool {
        guard let connection = try listener.accept() else { return false }
        let deadline = Deadline.after(milliseconds: Self.requestMilliseconds, client: connection)
        do throws(FastCGIError) {
            do throws(FastCGIError) {
                try gate.admit(connection, until: deadline)
            } catch {
                close(connection)
                throw error
            }
            try request.read(from: connection)
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
        let limit = min(options.backlog, Listener.largestBacklog ?? .max)
        let answer = call.answer(options) { PoolSnapshot(scoreboard, now: monotonicMilliseconds(), queue: queue(), queueLimit: limit) }
        let (head, body) = (Array(answer.head.utf8), method == "HEAD" ? [] : Array(answer.body.utf8))
        try request.send(head: head.span.bytes, body: body.span.bytes, isLast: true, until: deadline)
    }
}
