import JSON
import Postgres

/// A column of an endpoint's rows: the key it has in JSON, its type there and in PostgreSQL, and what the documents say of it.
public struct Column: Sendable {
    /// How a value travels: PostgreSQL's type in, JSON's type out.
    public enum Kind: Sendable {
        /// A string in UUID form, lower case.
        case uuid
        /// A string, exactly as stored.
        case text
        /// A string with a date-time as of RFC 3339, in UTC.
        case dateTime
        /// A number; `integer` in PostgreSQL.
        case integer
        /// A number; `bigint` in PostgreSQL.
        case bigint
        /// A JSON document, exactly as stored.
        case json

        var postgresType: PostgresType {
            switch self {
            case .uuid: .uuid
            case .text: .text
            case .dateTime: .timestamptz
            case .integer: .integer
            case .bigint: .bigint
            case .json: .json
            }
        }
    }

    /// The key in JSON.
    public let name: String
    /// The type.
    public let kind: Kind
    /// Whether the value can be null.
    public let isNullable: Bool
    /// What it holds, a sentence or two of English with Markdown's backticks.
    public let summary: String
    /// Its JSON schema (draft 2020-12, as OpenAPI 3.1 takes it), as JSON text, where that says more than the kind does.
    public let schema: StaticString?

    /// A column that is never null.
    public init(_ name: String, _ kind: Kind, _ summary: String, schema: StaticString? = nil) {
        self.init(name, kind, isNullable: false, summary: summary, schema: schema)
    }

    /// A column that can be null.
    public static func nullable(_ name: String, _ kind: Kind, _ summary: String) -> Column {
        Column(name, kind, isNullable: true, summary: summary, schema: nil)
    }

    private init(_ name: String, _ kind: Kind, isNullable: Bool, summary: String, schema: StaticString?) {
        self.name = name
        self.kind = kind
        self.isNullable = isNullable
        self.summary = summary
        self.schema = schema
    }
}
