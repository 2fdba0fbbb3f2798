import JSON
import Postgres

/// All that is particular to one endpoint, as a value: path, scope, parameters, statements, how rows become JSON, and what people are told of it. The
/// router, the validation of parameters, the preparation of statements and the documents read it from here.
///
/// The statements name no tenant. Row security confines them to the caller's, in the one place where that is decided.
public struct Endpoint: Sendable {
    /// The shape of `data`.
    public enum Shape: Sendable {
        /// The one row as an object; `not_found` where there is none.
        case one
        /// All rows as an array, streamed.
        case list
        /// `limit` rows as an array, and `next_cursor`. The statement is asked for one row more, and the rows are sessions, by `started_at` and `id`,
        /// descending.
        case page
    }

    /// What a request asks for, beside the path.
    public struct Input: Sendable {
        /// The parameters of the query.
        public var parameters: Parameters
        /// The last segment of a path that ends in `:id`.
        public var id: UUID
        /// The time at which the request is answered.
        public var now: Instant
    }

    /// What the documents say, in the words of the published reference where it has some; English with Markdown's backticks.
    public struct Documentation: Sendable {
        /// One sentence: what it does.
        public let summary: String
        /// What else has to be known.
        public let details: String
        /// A call that the demo tenant answers: the path with its query.
        public let exampleCall: String
        /// What it is answered: valid JSON, in which arrays may end early.
        public let exampleResponse: String
        /// What a row is called by programs that are made from the OpenAPI document, such as `Session`; each endpoint has another.
        public let rowName: String
    }

    /// Chooses the statement and binds its parameters; throws where parameters that are good alone do not go together.
    typealias Bind = @Sendable (Input, inout Arguments) throws(ParameterError) -> Statement

    /// In the path, what stands for a row's id.
    static let idSegment = ":id"

    /// The name in logs and metrics; its statements' names begin with it.
    public let name: String
    /// The path, byte for byte; a last segment `:id` stands for any one segment.
    public let path: String
    /// What a token must have.
    public let scope: Scope
    /// What people are told of it.
    public let documentation: Documentation
    /// The parameters of the query, and no others.
    public let parameters: [Parameter]
    /// The shape of `data`.
    public let shape: Shape
    /// The keys of a row, in the order of the statement's columns.
    public let columns: [Column]
    /// Every statement that `bind` can choose.
    public let statements: [Statement]
    let bind: Bind
    /// How a row is written.
    let rowFormat: RowFormat

    /// Whether the path ends in `:id`.
    var takesID: Bool { path.hasSuffix(Self.idSegment) }

    /// An endpoint with one statement that takes nothing, or the `id` of a path that ends in `:id`.
    init(_ name: String, path: String, scope: Scope, documentation: Documentation, shape: Shape, columns: [Column], sql: String) {
        let takesID = path.hasSuffix(Self.idSegment)
        let statement = Statement(
            name: name,
            sql: sql,
            parameters: takesID ? [.uuid] : [],
            columns: columns.map(\.kind.postgresType)
        )
        self.init(
            name,
            path: path,
            scope: scope,
            documentation: documentation,
            parameters: [],
            shape: shape,
            columns: columns,
            statements: [statement]
        ) { input, arguments throws(ParameterError) in
            if takesID { arguments.append(input.id.value) }
            return statement
        }
    }

    /// An endpoint whose statement depends on its parameters.
    init(
        _ name: String,
        path: String,
        scope: Scope,
        documentation: Documentation,
        parameters: [Parameter],
        shape: Shape,
        columns: [Column],
        statements: [Statement],
        bind: @escaping Bind
    ) {
        self.name = name
        self.path = path
        self.scope = scope
        self.documentation = documentation
        self.parameters = parameters
        self.shape = shape
        self.columns = columns
        self.statements = statements
        self.bind = bind
        rowFormat = RowFormat(columns)
    }
}
