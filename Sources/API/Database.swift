import Postgres
import Waiting

/// A worker's one connection, ready for every endpoint's statement: made when it is needed, checked, prepared, and made anew after it was lost.
///
/// Who wants to use it takes it out and puts it back. What is not put back, since an error left it in an unknown state, is closed.
public struct Database: ~Copyable {
    /// How the workers connect.
    public struct Settings: Sendable {
        /// libpq's connection string; what it leaves open comes from libpq's environment.
        public var conninfo: String
        /// The path of a file whose one line is the password, read at each connect; nil where there is none.
        public var passwordFile: String?
        /// The limit of each statement.
        public var statementTimeoutMilliseconds: Int

        /// How the workers connect.
        public init(conninfo: String, passwordFile: String? = nil, statementTimeoutMilliseconds: Int) {
            self.conninfo = conninfo
            self.passwordFile = passwordFile
            self.statementTimeoutMilliseconds = statementTimeoutMilliseconds
        }
    }

    /// Why there is no connection.
    public enum Failure: Error, Sendable {
        /// PostgreSQL cannot be reached, or not now.
        case unreachable(PostgresError)
        /// It can, but nobody should be served from it: each text says what is wrong.
        case unsafe([String])
        /// It could not be reached a moment ago, and has not been asked again.
        case resting
    }

    /// How long all the attempts of one request may take.
    private static let connectMilliseconds = 2_000
    /// The pauses between the attempts that one request waits for: a server that restarts is back within them.
    private static let pauses: [CInt] = [25, 50, 100, 200, 400]
    /// After all of those failed, how long the next requests are refused at once, and after each further attempt.
    private static let restMilliseconds = 200
    /// How long it is taken for granted that row security confines the role: it may be switched off under a connection that lives.
    private static let trustMilliseconds = 10_000
    /// When it is asked again where the answer would have had to wait for a lock.
    private static let busyMilliseconds = 1_000
    /// How long PostgreSQL may take to answer where it is asked for nothing.
    private static let probeMilliseconds = 1_000

    private let settings: Settings
    private let statements: [Statement]
    private var connection: Connection?
    /// Whether the last attempt failed: then no request waits for more than one.
    private var isDown = false
    /// How many connections have been made and prepared so far.
    public private(set) var connections = 0
    /// When PostgreSQL last answered to the end, in monotonic milliseconds; 0 where it never has.
    public private(set) var exchangedAt = 0
    private var restUntil = 0
    private var trustUntil = 0

    /// No connection yet.
    public init(_ settings: Settings, endpoints: [Endpoint]) {
        self.settings = settings
        statements = Self.statements(of: endpoints)
    }

    /// Every statement that a worker runs for these endpoints.
    static func statements(of endpoints: [Endpoint]) -> [Statement] {
        [Caller.statement] + endpoints.flatMap(\.statements)
    }

    /// Whether a connection is there, as far as is known without asking it.
    public var isConnected: Bool { connection != nil }

    /// The connection: the one there is, or a new one.
    mutating func take(until deadline: Deadline) throws(Failure) -> Connection {
        if let kept = connection.take(), let connection = try trusted(kept, until: deadline) { return connection }
        guard !isDown || monotonicMilliseconds() >= restUntil else { throw .resting }
        let deadline = min(deadline, .after(milliseconds: Self.connectMilliseconds))
        for pause in isDown ? [] : Self.pauses {
            do {
                return try connect(until: deadline)
            } catch .unreachable {
                Waiting.pause(milliseconds: pause, until: deadline)
            }
        }
        return try connect(until: deadline)
    }

    /// Puts a connection back where all results were read, the Sync's included: closes it else, as behind the beginning of a list whose head was
    /// asked for.
    mutating func put(_ connection: consuming Connection) {
        guard connection.isIdle else { return }
        exchangedAt = monotonicMilliseconds()
        if !connection.isBloated { self.connection = consume connection }
    }

    /// Puts a connection back after an error, where it can be used again: closes it else.
    mutating func put(_ connection: consuming Connection, after error: any Error, until deadline: Deadline) throws(PostgresError) {
        switch error {
        case is APIError, PostgresError.server:
            do throws(PostgresError) {
                try connection.drain(until: deadline)
            } catch  where connection.isIdle {
                // The transaction had an error of its own at its end, which is no news behind the first.
            }
            if (error as? PostgresError)?.isOutdatedStatement == true { try connection.prepare(statements, until: deadline) }
            put(connection)
        default:
            put(connection)
        }
    }

    /// Connects while there is nothing to do, so that a request need not wait for it.
    public mutating func prepare() throws(Failure) {
        let connection = try take(until: .after(milliseconds: Self.connectMilliseconds))
        put(connection)
    }

    /// Has PostgreSQL answer, to nothing but a Sync; a connection on which it does not in time is closed.
    public mutating func probe() {
        guard var connection = connection.take() else { return }
        do throws(PostgresError) {
            try connection.sync()
            try connection.drain(until: .after(milliseconds: Self.probeMilliseconds))
        } catch {
            return
        }
        put(connection)
    }

    /// The connection, once it has been asked again about row security where that is due; nil where it turns out to be lost.
    private mutating func trusted(_ connection: consuming Connection, until deadline: Deadline) throws(Failure) -> Connection? {
        guard monotonicMilliseconds() >= trustUntil else { return connection }
        let faults: [String]
        do throws(PostgresError) {
            let deadline = min(deadline, .after(milliseconds: Self.connectMilliseconds))
            guard let checked = try Self.faults(connection: &connection, until: deadline) else {
                trustUntil = monotonicMilliseconds() + Self.busyMilliseconds
                return connection
            }
            faults = checked
        } catch {
            return nil
        }
        guard faults.isEmpty else { throw .unsafe(faults) }
        trustUntil = monotonicMilliseconds() + Self.trustMilliseconds
        return connection
    }

    /// Asks about row security; nil where somebody is changing one of the tables. What he changes is not to be seen before he has let go of the lock that
    /// the answer waits for, and requests for other tables must not wait with it.
    private static func faults(connection: inout Connection, until deadline: Deadline) throws(PostgresError) -> [String]? {
        try connection.execute(script: "set lock_timeout = '100ms'", until: deadline)
        var faults: [String]?
        do throws(PostgresError) {
            faults = try RowSecurity.faults(connection: &connection, until: deadline)
        } catch  where error.sqlState == "55P03" {
            faults = nil
        }
        try connection.execute(script: "set lock_timeout = 0", until: deadline)
        return faults
    }

    private mutating func connect(until deadline: Deadline) throws(Failure) -> Connection {
        isDown = true
        // From its end on: an attempt that is not refused, but left without an answer, takes longer than the rest.
        defer { restUntil = monotonicMilliseconds() + Self.restMilliseconds }
        let faults: [String]
        do throws(PostgresError) {
            let passwordFile = settings.passwordFile
            var connection = try Connection(settings.conninfo, passwordFile: passwordFile, applicationName: "debrief", until: deadline)
            let limit = String(settings.statementTimeoutMilliseconds)
            _ = try connection.query("select set_config('statement_timeout', $1, false)", [limit], until: deadline)
            faults = try RowSecurity.faults(connection: &connection, until: deadline)
            if faults.isEmpty {
                try connection.prepare(statements, until: deadline)
                isDown = false
                connections += 1
                trustUntil = monotonicMilliseconds() + Self.trustMilliseconds
                return connection
            }
        } catch {
            throw .unreachable(error)
        }
        throw .unsafe(faults)
    }
}

extension Database.Failure: CustomStringConvertible {
    /// For logs, in one line.
    public var description: String {
        switch self {
        case .unreachable(let error): "\(error)"
        case .unsafe(let faults): faults.joined(separator: "; ")
        case .resting: "PostgreSQL could not be reached a moment ago"
        }
    }
}

extension PostgresError {
    /// Whether the server's idea of a prepared statement is not ours any longer: the tables changed under its plan (0A000, `cached plan must not
    /// change result type`), or it is not there (26000).
    var isOutdatedStatement: Bool { sqlState == "0A000" || sqlState == "26000" }

    /// Whether a change of the tables under load has come between: a deadlock with it (40P01), or a function that a plan still names was made anew
    /// (XX000, `cache lookup failed for function`).
    private var isChangeUnderLoad: Bool { sqlState == "40P01" || sqlState == "XX000" }

    /// Whether the same exchange may succeed at once: on a new connection, with the statements prepared anew, or since it only reads.
    var isWorthARetry: Bool {
        if case .connectionLost = self { return true }
        return isOutdatedStatement || isChangeUnderLoad
    }
}
