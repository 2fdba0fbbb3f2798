import CPostgres
import Waiting

// The target `Postgres` wraps libpq: it owns connections, results and the memory of arguments, and turns libpq's return codes into typed errors.
// It knows nothing of tenants, HTTP or JSON, never logs, never retries, and never waits longer than the deadline it is handed.
// Before it stands `API` (the endpoints' statements) and `Admin` (migrations, tokens); after it, PostgreSQL.

/// One connection to PostgreSQL, owned: it ends with this value.
///
/// libpq's socket is non-blocking and every wait is a `poll` with a deadline, since a `PQgetResult` that waits by itself cannot be interrupted, not
/// even by `statement_timeout` where the server is frozen. After ``PostgresError/connectionLost(reason:)``, ``PostgresError/timedOut`` or
/// ``PostgresError/unexpected(_:)`` the connection must be dropped; after ``PostgresError/server(_:)`` it is good again once ``drain(until:)``
/// returned or threw one itself.
///
/// It belongs to the process that made it: it must not cross a fork.
public struct Connection: ~Copyable {
    private let handle: OpaquePointer
    /// Statements queued whose results have not been read to their end.
    private var awaited = 0
    /// Whether a Sync was queued whose answer has not been read.
    private var syncing = false
    /// Whether a result was so large that it is better to connect anew: libpq never gives back the memory that its largest message took.
    public private(set) var isBloated = false

    /// The largest result whose memory may stay with the connection.
    private static let largestKeptResult = 4 << 20

    /// Connects.
    ///
    /// - Parameters:
    ///   - conninfo: as of <https://www.postgresql.org/docs/15/libpq-connect.html#LIBPQ-CONNSTRING>; what it leaves open comes from libpq's own
    ///     environment. Empty is allowed.
    ///   - passwordFile: the path of a file whose one line is the password, which no other account may be able to read; it wins over a password in
    ///     `conninfo`. nil where there is none.
    ///   - applicationName: shown in `pg_stat_activity` unless `conninfo` names another.
    ///   - deadline: for the whole of it, looking up names included. Where there are several servers to try, one that does not answer leaves a fair
    ///     share of the time to the others.
    public init(
        _ conninfo: String,
        passwordFile: String? = nil,
        applicationName: String,
        until deadline: Deadline
    ) throws(PostgresError) {
        // What stands before `dbname`, where `conninfo` is expanded, is overridden by it; what stands behind overrides it.
        let parameters: [(String, String)] = [
            ("gssencmode", "disable"),  // otherwise two more round trips where a Kerberos library is installed
            ("tcp_user_timeout", "10000"),  // a host that is gone without a word is noticed
            ("dbname", conninfo),
            ("client_encoding", "UTF8"),
            ("fallback_application_name", applicationName),
        ]
        let password = try Password(file: passwordFile)
        if let servers = try ServerAddress.all(parameters, until: deadline) {
            handle = try Self.connect(parameters, password, to: servers, until: deadline)
        } else {
            handle = try Self.connect(parameters, password, until: deadline)
        }
    }

    deinit { PQfinish(handle) }

    /// Has libpq try them in order. It moves on from one that refuses, but waits for one that is gone without a word for as long as it is let: so it
    /// is given the list without the first again when that one's share of the time is over.
    private static func connect(
        _ parameters: [(String, String)],
        _ password: borrowing Password,
        to servers: [ServerAddress],
        until deadline: Deadline
    ) throws(PostgresError) -> OpaquePointer {
        for first in servers.indices.dropLast() {
            do {
                return try connect(
                    parameters + ServerAddress.parameters(servers[first...]),
                    password,
                    until: deadline.share(of: servers.count - first)
                )
            } catch .timedOut where !deadline.hasPassed {
                continue
            }
        }
        return try connect(parameters + ServerAddress.parameters(servers.suffix(1)), password, until: deadline)
    }

    private static func connect(
        _ parameters: [(String, String)],
        _ password: borrowing Password,
        until deadline: Deadline
    ) throws(PostgresError) -> OpaquePointer {
        let keywords = CStringArray(parameters.map(\.0) + ["password"])
        let values = CStringArray(parameters.map(\.1))
        // NULL is as if its keyword were not there.
        let pointers = values.pointers.dropLast() + [password.characters, nil]
        guard let handle = PQconnectStartParams(keywords.pointers, Array(pointers), 1) else { throw .connectionLost(reason: "out of memory") }
        // A server's notice, such as that it is shutting down, would be printed among the lines of the log.
        PQsetNoticeReceiver(handle, { _, _ in }, nil)
        do throws(PostgresError) {
            try finishConnecting(handle, until: deadline)
        } catch {
            PQfinish(handle)
            throw error
        }
        return handle
    }

    private static func finishConnecting(_ handle: OpaquePointer, until deadline: Deadline) throws(PostgresError) {
        guard PQstatus(handle) != CONNECTION_BAD else { throw unstarted(handle) }
        var readiness = Readiness.writable
        while true {
            guard wait(for: readiness, of: PQsocket(handle), until: deadline) else { throw .timedOut }
            switch PQconnectPoll(handle) {
            case PGRES_POLLING_OK:
                guard PQsetnonblocking(handle, 1) == 0 else { throw lost(handle) }
                return
            case PGRES_POLLING_READING: readiness = .readable
            case PGRES_POLLING_WRITING: readiness = .writable
            default: throw lost(handle)
            }
        }
    }

    /// The error for a connection that libpq could not even begin. What it says of a connection string that it cannot read quotes parts of it, which
    /// may be a password; only what it says of the server is passed on.
    private static func unstarted(_ handle: OpaquePointer) -> PostgresError {
        let error = lost(handle)
        guard case .connectionLost(let reason) = error else { return error }
        let isOfServer = ["connection to server ", "could not translate host name "].contains { reason.hasPrefix($0) }
        return isOfServer ? error : .connectionLost(reason: "libpq cannot use the connection string")
    }

    private borrowing func lost() -> PostgresError { Self.lost(handle) }

    /// The error for what libpq says of a connection. Its message can have several lines; they become one, without its question whether the server is
    /// running, since ``PostgresError/advice(_:)`` says more.
    private static func lost(_ handle: OpaquePointer) -> PostgresError {
        let lines = String(cString: PQerrorMessage(handle)).split(whereSeparator: \.isNewline).filter { !$0.hasPrefix("\tIs the server running ") }
        return .connectionLost(reason: lines.joined(separator: " ").split(whereSeparator: \.isWhitespace).joined(separator: " "))
    }
}

// MARK: - Pipeline

/// Statements queued by ``send(_:_:)`` go out together with ``sync()``, in one round trip and one implicit transaction that ends at the Sync
/// (<https://www.postgresql.org/docs/15/libpq-pipeline-mode.html>). The results are received in the order of the sending: one
/// ``receive(until:)`` a statement, or ``beginRows()`` and ``nextRow(until:)`` to the end, then ``drain(until:)``. After an error the server skips
/// to the Sync, and so does `drain`: it reads whatever is left, on every path.
extension Connection {
    /// Queues one execution of a prepared statement.
    public mutating func send(_ statement: Statement, _ arguments: borrowing Arguments) throws(PostgresError) {
        precondition(arguments.count == statement.parameters.count, "\(statement.name) takes other arguments")
        try enterPipeline()
        let sent = PQsendQueryPrepared(
            handle,
            statement.name,
            CInt(arguments.count),
            arguments.values,
            arguments.lengths,
            arguments.formats,
            1
        )
        guard sent == 1 else { throw lost() }
        awaited += 1
    }

    /// Ends the implicit transaction, and sends what is queued; alone, it only has the server answer.
    public mutating func sync() throws(PostgresError) {
        try enterPipeline()
        guard PQpipelineSync(handle) == 1 else { throw lost() }
        syncing = true
    }

    /// The whole result of the next statement.
    public mutating func receive(until deadline: Deadline) throws(PostgresError) -> Result {
        let result = try nextResult(until: deadline)
        guard let result else { throw .unexpected("no result where one was due") }
        try check(result, PGRES_TUPLES_OK, PGRES_COMMAND_OK)
        guard try nextResult(until: deadline) == nil else { throw .unexpected("two results of one statement") }
        awaited -= 1
        if result.memorySize > Self.largestKeptResult { isBloated = true }
        return result
    }

    /// Has the rows of the next statement come one by one, each as soon as it is there, with memory for one alone.
    public mutating func beginRows() throws(PostgresError) {
        guard PQsetSingleRowMode(handle) == 1 else { throw .unexpected("no statement to read rows of") }
    }

    /// The next row of the statement, as a result of one; nil behind the last. Who stops before that drops the connection: to read on costs as
    /// much as the rest of the list, to cancel as much as a new connection.
    public mutating func nextRow(until deadline: Deadline) throws(PostgresError) -> Result? {
        while let result = try nextResult(until: deadline) {
            try check(result, PGRES_SINGLE_TUPLE, PGRES_TUPLES_OK)
            // The last result of a statement read this way is TUPLES_OK without a row.
            if result.memorySize > Self.largestKeptResult { isBloated = true }
            if result.rowCount > 0 { return result }
        }
        awaited -= 1
        return nil
    }

    /// Whether nothing is queued, sent or left to be read: the connection can be used for something else.
    public var isIdle: Bool { awaited == 0 && !syncing }

    /// Reads what is left, to the answer of the Sync. Errors of the statements that are skipped this way are not thrown: the first was. That of the
    /// Sync itself is, with all read and the connection good: it ends the transaction, which can fail there, as where it is cancelled just then.
    public mutating func drain(until deadline: Deadline) throws(PostgresError) {
        while awaited > 0 {
            // NULL ends the results of each statement, that of an aborted one included.
            while try nextResult(until: deadline) != nil {}
            awaited -= 1
        }
        guard syncing else { return }
        do throws(PostgresError) {
            try receiveSync(until: deadline)
        } catch .server(let error) {
            guard try nextResult(until: deadline) == nil else { throw .unexpected("two errors of one Sync") }
            try receiveSync(until: deadline)
            throw .server(error)
        }
    }

    private mutating func receiveSync(until deadline: Deadline) throws(PostgresError) {
        let result = try nextResult(until: deadline)
        guard let result else { throw .unexpected("no Sync where one was due") }
        try check(result, PGRES_PIPELINE_SYNC)
        syncing = false
    }

    private mutating func enterPipeline() throws(PostgresError) {
        guard PQpipelineStatus(handle) == PQ_PIPELINE_OFF else { return }
        guard PQenterPipelineMode(handle) == 1 else { throw lost() }
    }

    /// The next result, waited for; nil where libpq says NULL.
    private borrowing func nextResult(until deadline: Deadline) throws(PostgresError) -> Result? {
        while true {
            let unsent = PQflush(handle)
            guard unsent >= 0 else { throw lost() }
            guard PQisBusy(handle) == 1 else { break }
            let readiness = unsent == 1 ? Readiness.writable : .readable
            guard wait(for: readiness, of: PQsocket(handle), until: deadline) else { throw .timedOut }
            guard PQconsumeInput(handle) == 1 else { throw lost() }
        }
        guard let result = PQgetResult(handle) else {
            guard PQstatus(handle) == CONNECTION_OK else { throw lost() }
            return nil
        }
        return Result(result)
    }

    private borrowing func check(_ result: borrowing Result, _ expected: ExecStatusType...) throws(PostgresError) {
        let status = result.status
        if expected.contains(status) { return }
        // A FATAL is a result first; the connection is closed behind it. Terminated by an admin, shut down, crashed: all are a lost connection.
        if PQstatus(handle) == CONNECTION_BAD { throw lost() }
        guard status == PGRES_FATAL_ERROR else { throw .unexpected(String(cString: PQresStatus(status))) }
        let error = result.serverError
        throw error.sqlState.hasPrefix("57P") || error.sqlState.hasPrefix("08")
            ? .connectionLost(reason: "SQLSTATE \(error.sqlState)") : .server(error)
    }
}

// MARK: - Preparing

extension Connection {
    /// Prepares the statements, all in one round trip, and compares their parameters and columns with what they declare. What was prepared before on
    /// this connection is forgotten, so that this also mends one whose plans the server refuses to use any longer.
    public mutating func prepare(_ statements: [Statement], until deadline: Deadline) throws(PostgresError) {
        try enterPipeline()
        try queue(PQsendQueryParams(handle, "DEALLOCATE ALL", 0, nil, nil, nil, nil, 1))
        for statement in statements {
            let types = statement.parameters.map(\.rawValue)
            try queue(PQsendPrepare(handle, statement.name, statement.sql, CInt(types.count), types))
            try queue(PQsendDescribePrepared(handle, statement.name))
        }
        try sync()
        _ = try receive(until: deadline)
        for statement in statements {
            _ = try receive(until: deadline)
            let description = try receive(until: deadline)
            guard description.parameterTypes == statement.parameters.map(\.rawValue), description.columnTypes == statement.columns.map(\.rawValue)
            else { throw .unexpected("\(statement.name) has other parameters or columns than it declares") }
        }
        try drain(until: deadline)
    }

    private mutating func queue(_ sent: CInt) throws(PostgresError) {
        guard sent == 1 else { throw lost() }
        awaited += 1
    }
}

// MARK: - Outside the hot path

extension Connection {
    /// Runs one statement with text parameters and returns its rows as text: for commands and checks, where a round trip is nothing.
    public mutating func query(_ sql: String, _ parameters: [String?] = [], until deadline: Deadline) throws(PostgresError) -> [[String?]] {
        try leavePipeline()
        let values = CStringArray(parameters)
        guard PQsendQueryParams(handle, sql, CInt(parameters.count), nil, values.pointers, nil, nil, 0) == 1 else { throw lost() }
        let result = try onlyResult(until: deadline)
        let columns = result.columnTypes.indices
        return (0..<result.rowCount).map { row in columns.map { result.value(row: row, column: $0)?.string } }
    }

    /// Runs a script: any number of statements without parameters, such as a migration's file. Outside an explicit transaction they share one.
    public mutating func execute(script: String, until deadline: Deadline) throws(PostgresError) {
        try leavePipeline()
        guard PQsendQuery(handle, script) == 1 else { throw lost() }
        _ = try onlyResult(until: deadline)
    }

    /// The last result of a command outside the pipeline, all read; the first error is thrown.
    private borrowing func onlyResult(until deadline: Deadline) throws(PostgresError) -> Result {
        var last: Result?
        var failure: PostgresError.ServerError?
        while let result = try nextResult(until: deadline) {
            do throws(PostgresError) {
                try check(result, PGRES_TUPLES_OK, PGRES_COMMAND_OK, PGRES_EMPTY_QUERY)
            } catch .server(let error) {
                failure = failure ?? error
            }
            last = consume result
        }
        if let failure { throw .server(failure) }
        guard let last else { throw .unexpected("no result") }
        return last
    }

    private borrowing func leavePipeline() throws(PostgresError) {
        guard PQpipelineStatus(handle) != PQ_PIPELINE_OFF else { return }
        guard PQexitPipelineMode(handle) == 1 else { throw lost() }
    }
}
