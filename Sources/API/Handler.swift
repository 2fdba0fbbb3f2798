import FastCGI
import JSON
import Postgres
import Waiting

// The target `API` is what Debrief exists for: it answers one request, from its path to the last byte of JSON. It knows no process, socket or
// signal, and logs nothing: what is worth noticing is returned. Before it stands `Pool`, which hands it requests; after it `Postgres` and `FastCGI`.

/// Answers requests, one after the other, with memory and a connection that stay from one to the next.
///
///     request ▶ router ▶ token ▶ parameters ▶ [caller | statement | Sync] ▶ JSON ▶ response
public struct Handler: ~Copyable {
    /// What became of a request, for the log.
    public struct Observation: Sendable {
        /// The endpoint's name; nil where the path has none.
        public var endpoint: String?
        /// The status code that was answered; nil where the response could not be sent to its end.
        public var status: StaticString?
        /// What went wrong on our side, if anything. Neither values nor secrets.
        public var fault: String?
    }

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

    /// A handler for these endpoints.
    public init(_ endpoints: [Endpoint] = Endpoint.all, database: Database.Settings) {
        router = Router(endpoints)
        self.database = Database(database, endpoints: endpoints)
    }

    /// Answers the request, by the deadline. Where that is not possible any more the request is left without its end, for the caller to cut.
    public mutating func respond(to request: inout Request, until deadline: Deadline) -> Observation {
        var observation = Observation()
        do {
            response.begin(isHead: request.value(of: .method).equals(Self.head))
            do {
                try answer(&request, &observation, until: deadline)
                observation.status = "200"
            } catch let error as APIError {
                try response.end(with: error, to: &request, until: deadline)
                observation.status = error.code.status
            } catch let error where !(error is FastCGIError) {
                observation.fault = "\(error)"
                guard !response.hasBegun else { return observation }
                let answer = APIError(error)
                try response.end(with: answer, to: &request, until: deadline)
                observation.status = answer.code.status
            }
        } catch {
            // The client is gone or does not read: nobody is left to tell.
            observation.fault = observation.fault ?? "the response could not be sent: \(error)"
        }
        return observation
    }

    private mutating func answer(_ request: inout Request, _ observation: inout Observation, until deadline: Deadline) throws {
        let uri = request.value(of: .uri)
        let queryStart = uri.firstIndex(of: Self.question) ?? uri.count
        guard let match = router.match(uri.extracting(first: queryStart)) else { throw APIError.unknownPath }
        let endpoint = match.endpoint
        observation.endpoint = endpoint.name

        let method = request.value(of: .method)
        guard method.equals(Self.get) || method.equals(Self.head) else { throw APIError.methodNotAllowed }
        let token = try Caller.token(in: request.value(of: .authorization))

        // Whether the parameters are good is told only to a caller who may know; till then it is kept.
        let statement = bind(endpoint, query: uri.extracting(droppingFirst: min(queryStart + 1, uri.count)), id: match.id)
        Caller.bind(token, endpoint.scope, to: &callerArguments)
        let call = Call(endpoint: endpoint, statement: statement)
        do {
            try perform(call, &request, until: deadline)
        } catch let error as PostgresError where error.isWorthARetry && !response.hasBegun {
            response.restart()
            try perform(call, &request, until: deadline)
        }
    }

    /// Parses and binds the parameters.
    private mutating func bind(_ endpoint: Endpoint, query: Span<UInt8>, id: Span<UInt8>) -> Swift.Result<Statement, APIError> {
        do throws(ParameterError) {
            let parameters = try Parameters.parse(query: query, allowed: endpoint.parameters, scratch: &scratch)
            // What is no UUID is the id of no row.
            let uuid = UUID(text: id)
            guard uuid != nil || id.isEmpty else { return .failure(.noRow) }
            let input = Endpoint.Input(parameters: parameters, id: uuid ?? .zero, now: .now)
            arguments.removeAll()
            return .success(try endpoint.bind(input, &arguments))
        } catch {
            return .failure(.invalidParameter(error))
        }
    }

    // MARK: - One exchange with the database

    private struct Call {
        let endpoint: Endpoint
        /// What to run, or what to answer once the caller may know.
        let statement: Swift.Result<Statement, APIError>
    }

    /// Sends caller and statement together, reads both, and answers.
    private mutating func perform(_ call: Call, _ request: inout Request, until deadline: Deadline) throws {
        var connection = try database.take(until: deadline)
        do {
            try exchange(call, &request, &connection, until: deadline)
        } catch let error where error is APIError || error is FastCGIError {
            throw error
        }
    }

    private mutating func exchange(_ call: Call, _ request: inout Request, _ connection: inout Connection, until deadline: Deadline) throws {
    }
}
