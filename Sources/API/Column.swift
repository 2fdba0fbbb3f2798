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

    /// A column that is never null.
    public init(_ name: String, _ kind: Kind) { self.init(name, kind, isNullable: false) }

    /// A column that can be null.
    public static func nullable(_ name: String, _ kind: Kind) -> Column { Column(name, kind, isNullable: true) }

    private init(_ name: String, _ kind: Kind, isNullable: Bool) {
        self.name = name
        self.kind = kind
        self.isNullable = isNullable
    }
}
