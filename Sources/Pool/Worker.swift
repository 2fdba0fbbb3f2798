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
    /// How often a worker without a connection to PostgreSQL tries to get one while it has nothing else to do.
    private static let reconnectMilliseconds: CInt = 500

    private let options: PoolOptions
    private let log: Logger
    private let gate = Gate()
    private var request: Request
    private var handler: Handler
    private let signals: SignalDescriptor
    private let events: EventQueue
    /// Why there was no connection to PostgreSQL when one was last tried for: said once, however long it lasts.
    private var databaseFault: String?

    /// Runs in the child, until it is to leave; returns the exit status.
    static func run(_ options: PoolOptions, listener: borrowing Listener, master: pid_t, log: Logger) -> CInt {
        // Whatever ends the master, nobody is left to replace or to stop this process. It may be dead already.
        _ = debrief_die_with_parent(SIGKILL)
        guard getppid() == master else { return 0 }
        debrief_set_name("debrief-worker")
        do throws(Errno) {
            var worker = try Worker(options, listener: listener, log: log)
            try worker.serve(listener)
            return 0
        } catch {
            log.critical("the worker cannot go on", metadata: ["error": "\(error)"])
            return 1
        }
    }

    private init(_ options: PoolOptions, listener: borrowing Listener, log: Logger) throws(Errno) {
        self.options = options
        self.log = log
        handler = Handler(database: options.database)
        request = Request()
        // libfcgi has taken these. A TERM or INT ends the process at once; a client that is gone is an error of the send.
        debrief_default_signal(SIGTERM)
        debrief_ignore_signal(SIGUSR1)
        debrief_ignore_signal(SIGPIPE)
        let signals = try SignalDescriptor(blocking: [SIGQUIT])
        events = try EventQueue(signals: signals, listener: listener)
        self.signals = signals
    }

    private mutating func serve(_ listener: borrowing Listener) throws(Errno) {
        connectDatabase()
        while true {
            // A request may have brought the connection back.
            if handler.database.isConnected && databaseFault != nil { connectDatabase() }
            switch events.wait(milliseconds: handler.database.isConnected ? -1 : Self.reconnectMilliseconds) {
            case .signal:
                if signals.next()?.signal == .quit { return }
            case .connection:
                guard let connection = try listener.accept() else { continue }
                serve(connection)
            case .none:
                connectDatabase()
            }
        }
    }

    /// Answers the one request of a connection.
    private mutating func serve(_ connection: CInt) {
        let deadline = Deadline.after(milliseconds: options.requestTimeoutMilliseconds, client: connection)
        do throws(FastCGIError) {
            try gate.admit(connection, until: min(deadline, .after(milliseconds: Self.gateMilliseconds)))
        } catch {
            close(connection)
            log.notice("a connection was closed unanswered", metadata: ["reason": "\(error)"])
            return
        }
        do throws(FastCGIError) {
            try request.read(from: connection)
        } catch {
            log.notice("a connection was closed unanswered", metadata: ["reason": "\(error)"])
            return
        }
        let observation = handler.respond(to: &request, until: deadline)
        report(observation)
        request.finish()
    }

    private mutating func report(_ observation: Handler.Observation) {
        let (level, message, reason): (Logger.Level, Logger.Message, String)
        if let unsent = observation.unsent {
            (level, message, reason) = (.info, "the client did not take the response", "\(unsent)")
        } else if let failure = observation.databaseFailure {
            note(failure)
            (level, message, reason) = (.debug, "a request found no database", "\(failure)")
        } else if let fault = observation.fault {
            (level, message, reason) = (.error, "a request failed", fault)
        } else {
            return
        }
        log.log(
            level: level,
            message,
            metadata: [
                "endpoint": "\(observation.endpoint ?? "")",
                "reason": "\(reason)",
                "request_id": "\(request.text(of: .requestID))",
                "status": "\(observation.status ?? "")",
            ]
        )
    }

    private mutating func connectDatabase() {
        do throws(Database.Failure) {
            try handler.database.prepare()
            if databaseFault != nil { log.notice("the database is back") }
            databaseFault = nil
        } catch {
            note(error)
        }
    }

    /// Says why there is no database, once as long as the reason stays the same: requests and pauses find it again and again.
    private mutating func note(_ failure: Database.Failure) {
        if case .resting = failure { return }
        let fault = "\(failure)"
        if fault != databaseFault { log.error("no database", metadata: ["reason": "\(fault)"]) }
        databaseFault = fault
    }
}
