import JSON
import Postgres

/// All that is particular to one endpoint, as a value: path, scope, parameters, statements, and how rows become JSON. The router, the validation of
/// parameters and the preparation of statements read it from here; so will the documents.
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
    /// One sentence for the documents.
    public let summary: String
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
    init(_ name: String, path: String, scope: Scope, summary: String, shape: Shape, columns: [Column], sql: String) {
        let takesID = path.hasSuffix(Self.idSegment)
        let statement = Statement(
            name: name,
            sql: sql,
            parameters: takesID ? [.uuid] : [],
            columns: columns.map(\.kind.postgresType)
        )
        self.init(name, path: path, scope: scope, summary: summary, parameters: [], shape: shape, columns: columns, statements: [statement]) {
            input,
            arguments throws(ParameterError) in
            if takesID { arguments.append(input.id.value) }
            return statement
        }
    }

    /// An endpoint whose statement depends on its parameters.
    init(
        _ name: String,
        path: String,
        scope: Scope,
        summary: String,
        parameters: [Parameter],
        shape: Shape,
        columns: [Column],
        statements: [Statement],
        bind: @escaping Bind
    ) {
        self.name = name
        self.path = path
        self.scope = scope
        self.summary = summary
        self.parameters = parameters
        self.shape = shape
        self.columns = columns
        self.statements = statements
        self.bind = bind
        rowFormat = RowFormat(columns)
    }
}
