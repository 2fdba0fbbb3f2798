import FastCGI
import JSON
import Postgres
import Waiting

// The target `API` is what Debrief exists for: it answers one request, from its path to the last byte of JSON. It knows no process, socket or
// signal, and logs nothing: what is worth noticing is returned. Before it stands `Pool`, which hands it requests; after it `Postgres` and `FastCGI`.

// The hot path is a page of 50. Counted under valgrind: 252,000 instructions in the worker, of which libpq's own are 110,000; 523,000 in its backend, of
// which `authenticate` is 83,000. Eleven system calls:
//
// | call | why |
// |---|---|
// | epoll_wait | one wait for a connection, a signal and the time to look after the database |
// | accept4 | |
// | poll, recvfrom | the gate: is all of the request there, and its sender still, before libfcgi reads it |
// | read | libfcgi takes the request |
// | sendto, poll, recvfrom | both statements in one round trip, waited for with a deadline |
// | sendmsg | head, body and end at once |
// | write | the line of the log |
// | close | |
//
// That is without the fingerprint for the ETag, which was counted alone: 9,400 instructions for 17 kB, 500 for a row alone.
//
// What was tried in vain, in instructions:
//
// | tried | of | before | after |
// |---|---|---|---|
// | `-cross-module-optimization` for all targets, a flag that SwiftPM calls unsafe | worker, page | 252,000 | 249,000 |
// | no statement_timeout and no client_connection_check_interval | backend, page | 559,400 | 558,100 |
// | the caller's columns by a sub-select rather than as one record | backend, authenticate | 118,300 | 126,700 |

/// Answers requests, one after the other, with memory and a connection that stay from one to the next.
///
///     request ▶ router ▶ token ▶ parameters ▶ [caller | statement | Sync] ▶ JSON ▶ response
public struct Handler: ~Copyable {
    /// What became of a request, for logs and figures.
    public struct Observation: Sendable {
        /// How it ended.
        public enum Outcome: Sendable {
            /// With an answer; one that refuses the caller's request is one, too.
            case answered
            /// With a fault on our side, here in words that hold neither values nor secrets. The caller was told, or the response was cut.
            case failed(String)
            /// Without a database to ask, for that reason.
            case noDatabase(Database.Failure)
            /// Without all of the response sent: the client is gone, or does not read.
            case unsent(FastCGIError)
        }

        /// How it ended.
        public var outcome = Outcome.answered
        /// The endpoint's place in the table, and its name; nil where the path has none.
        public var endpoint: (index: Int, name: String)?
        /// The status code; where the response was cut, that of the error that cut it, and 499, as nginx has it, where the client did not take it.
        public var status = 200
        /// How many bytes of the body were sent.
        public var bodyBytes = 0
        /// The id of the caller's token, where there is such a token and it was asked about.
        public var token: UUID?
        /// The id of the caller's tenant, where the token's is known.
        public var tenant: UUID?
    }

    /// What nginx logs as the status of a request whose client was gone before it was answered.
    private static let clientGone = 499
    private static let get = Array("GET".utf8)
    private static let head = Array("HEAD".utf8)
    private static let question = UInt8(ascii: "?")

    private let router: Router
    private var response = Response()
    private var callerArguments = Arguments()
    private var arguments = Arguments()
    private var scratch: [UInt8] = []
    /// The connection, which may be prepared while there is nothing to do.
    public var database: Database
    /// Is told the place in the table of each request's endpoint, before it is answered.
    public var onEndpoint: (Int) -> Void = { _ in }

    /// A handler for these endpoints.
    public init(_ endpoints: [Endpoint] = Endpoint.all, database: Database.Settings) {
        router = Router(endpoints)
        self.database = Database(database, endpoints: endpoints)
    }

    /// Answers the request, by the deadline. Where that is not possible any more the request is left without its end, for the caller to cut.
    public mutating func respond(to request: inout Request, until deadline: Deadline) -> Observation {
        var observation = Observation()
        response.begin(isHead: request.value(of: .method).equals(Self.head))
        do {
            try answer(&request, &observation, until: deadline)
            observation.status = response.status.code
        } catch let error as FastCGIError {
            observation.note(error)
        } catch {
            refuse(error, &request, &observation, until: deadline)
        }
        observation.bodyBytes = response.sentBytes
        return observation
    }

    /// Answers with the error that came instead of an answer. What has begun already is left without its end.
    private mutating func refuse(_ error: any Error, _ request: inout Request, _ observation: inout Observation, until deadline: Deadline) {
        let answer = error as? APIError ?? APIError(error)
        observation.status = answer.code.status.code
        switch error {
        case is APIError: break
        case let failure as Database.Failure: observation.outcome = .noDatabase(failure)
        default: observation.outcome = .failed("\(error)")
        }
        guard !response.hasBegun else {
            // A wait for PostgreSQL that ends before its time ends because the client has left; nothing is sent any more that would tell.
            if case PostgresError.timedOut = error, !deadline.hasPassed { observation.note(.closed) }
            return
        }
        do throws(FastCGIError) {
            try response.end(with: answer, to: &request, until: deadline)
        } catch {
            observation.note(error)
        }
    }

    private mutating func answer(_ request: inout Request, _ observation: inout Observation, until deadline: Deadline) throws {
        let call = try prepareCall(request, &observation)
        var attempts = 1
        while true {
            do {
                return try perform(call, &request, &observation, until: deadline)
            } catch let error as PostgresError where error.isWorthARetry && !response.hasBegun && attempts < Self.mostAttempts {
                attempts += 1
                response.restart()
            }
        }
    }

    /// How often an exchange is tried. Twice is too few where a migration waits for several requests: the one that a deadlock ended can be in the next.
    private static var mostAttempts: Int { 3 }
}

// MARK: - From the request to the statement

extension Handler {
    /// What is asked of the database.
    private struct Call {
        let endpoint: Endpoint
        /// The endpoint's statement, and what it was made of; or what to answer instead, once the caller may know.
        let query: Swift.Result<(statement: Statement, parameters: Parameters), APIError>
    }

    private mutating func prepareCall(_ request: borrowing Request, _ observation: inout Observation) throws(APIError) -> Call {
        let uri = request.value(of: .uri)
        let pathEnd = uri.firstIndex(of: Self.question) ?? uri.count
        guard let match = router.match(uri.extracting(first: pathEnd)) else { throw .unknownPath }
        let endpoint = match.endpoint
        observation.endpoint = (match.index, endpoint.name)
        onEndpoint(match.index)

        let method = request.value(of: .method)
        guard method.equals(Self.get) || method.equals(Self.head) else { throw .methodNotAllowed }
        let token = try Caller.token(in: request.value(of: .authorization))
        Caller.bind(token, endpoint.scope, to: &callerArguments)

        do throws(ParameterError) {
            let query = uri.extracting(droppingFirst: min(pathEnd + 1, uri.count))
            let parameters = try Parameters.parse(query: query, allowed: endpoint.parameters, scratch: &scratch)
            let id = UUID(text: match.id)
            // What is no UUID is the id of no row.
            guard id != nil || !endpoint.takesID else { return Call(endpoint: endpoint, query: .failure(.noRow)) }
            arguments.removeAll()
            let statement = try endpoint.bind(Endpoint.Input(parameters: parameters, id: id ?? .zero, now: .now), &arguments)
            return Call(endpoint: endpoint, query: .success((statement, parameters)))
        } catch {
            return Call(endpoint: endpoint, query: .failure(.invalidParameter(error)))
        }
    }
}

// MARK: - One exchange with the database

extension Handler {
    /// Runs the exchange on the connection, and sees to it that the connection is put back whenever it can be used again.
    private mutating func perform(_ call: Call, _ request: inout Request, _ observation: inout Observation, until deadline: Deadline) throws {
        var connection = try database.take(until: deadline)
        do {
            try exchange(call, &request, &observation, &connection, until: deadline)
        } catch {
            try database.put(connection, after: error, until: deadline)
            throw error
        }
        database.put(connection)
    }

    /// Sends caller and statement together; reads the caller's answer, and nothing of a row before that.
    private mutating func exchange(
        _ call: Call,
        _ request: inout Request,
        _ observation: inout Observation,
        _ connection: inout Connection,
        until deadline: Deadline
    ) throws {
        let endpoint = call.endpoint
        try connection.send(Caller.statement, callerArguments)
        if case .success(let query) = call.query { try connection.send(query.statement, arguments) }
        try connection.sync()

        let caller = Caller(try connection.receive(until: deadline))
        (observation.token, observation.tenant) = (caller.token, caller.tenant)
        try caller.require(endpoint.scope)
        let parameters = try call.query.get().parameters

        response.body.raw(#"{"ok":true,"data":"#)
        switch endpoint.shape {
        case .one: try one(endpoint, &connection, until: deadline)
        case .page: try page(endpoint, parameters, &connection, until: deadline)
        case .list: guard try list(endpoint, &request, &connection, until: deadline) else { return }
        }
        response.body.raw("}")
        try response.end(to: &request, until: deadline)
    }

    private mutating func one(_ endpoint: Endpoint, _ connection: inout Connection, until deadline: Deadline) throws {
        let result = try connection.receive(until: deadline)
        try connection.drain(until: deadline)
        guard result.rowCount > 0 else { throw APIError.noRow }
        endpoint.rowFormat.write(row: 0, of: result, to: &response.body)
    }

    private mutating func page(_ endpoint: Endpoint, _ parameters: Parameters, _ connection: inout Connection, until deadline: Deadline) throws {
        let result = try connection.receive(until: deadline)
        try connection.drain(until: deadline)
        let format = endpoint.rowFormat
        let count = min(result.rowCount, parameters.limit)
        response.body.raw("[")
        for row in 0..<count {
            if row > 0 { response.body.raw(",") }
            format.write(row: row, of: result, to: &response.body)
        }
        response.body.raw(#"],"next_cursor":"#)
        guard result.rowCount > count else { return response.body.null() }
        let cursor = Cursor(after: count - 1, of: result)
        cursor.write(to: &response.body)
        response.next.write(path: endpoint.path, parameters, cursor: cursor)
    }

    /// Returns false where the client wants no more of it, and the rest stays unread.
    private mutating func list(
        _ endpoint: Endpoint,
        _ request: inout Request,
        _ connection: inout Connection,
        until deadline: Deadline
    ) throws -> Bool {
        try connection.beginRows()
        let format = endpoint.rowFormat
        response.body.raw("[")
        var isFirst = true
        while let row = try connection.nextRow(until: deadline) {
            if !isFirst { response.body.raw(",") }
            isFirst = false
            format.write(row: 0, of: row, to: &response.body)
            guard try response.overflow(to: &request, until: deadline) else { return false }
        }
        response.body.raw("]")
        try connection.drain(until: deadline)
        return true
    }
}

extension Handler.Observation {
    /// Notes that the client did not take the response. Whatever went wrong before followed from that more often than not: a wait for PostgreSQL
    /// ends when the client leaves.
    fileprivate mutating func note(_ error: FastCGIError) {
        outcome = .unsent(error)
        status = Handler.clientGone
    }
}

extension Cursor {
    /// The cursor between a row of a page of sessions and the one behind it.
    fileprivate init(after row: Int, of result: borrowing Postgres.Result) {
        func startedAt(_ row: Int) -> Instant { Instant(microseconds: result.value(row: row, column: Endpoint.startedAtColumn)?.int64 ?? 0) }
        let id = UUID(value: result.value(row: row, column: Endpoint.idColumn)?.uint128 ?? 0)
        self.init(afterRowAt: startedAt(row), id: id, next: startedAt(row + 1))
    }
}
