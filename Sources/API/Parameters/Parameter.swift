import JSON

/// A query parameter that endpoints list in their table: its name, its documentation, and how it is read.
///
/// ``Parameters/parse(query:allowed:scratch:)`` reads a query by the list of one endpoint; the documentation and the OpenAPI document are
/// written from the same list, so that none of the three can know a parameter that the others do not.
public struct Parameter: Sendable {
    /// Reads a decoded value into its place, or says what is wrong with it.
    typealias Reader = @Sendable (_ value: Span<UInt8>, _ parameters: inout Parameters) throws(ParameterError) -> Void

    /// The name, compared byte by byte with what was sent, once that is decoded.
    public let name: String

    /// The type in the words of the reference, such as `uuid`.
    public let type: String

    /// What it is for, a sentence or two of English with Markdown's backticks.
    public let summary: String

    /// Its JSON schema (draft 2020-12, as OpenAPI 3.1 takes it), as JSON text.
    public let schema: StaticString

    /// A value that the demo tenant has an answer to, alone and together with the other parameters' examples.
    public let example: String

    let read: Reader
}

extension Parameter {
    /// How many rows a page has: 1 to 100, written without sign, blanks or leading zeros.
    public static let limit = Parameter(
        name: "limit",
        type: "int (1–100)",
        summary: "Page size. Default 50.",
        schema: #"{"type":"integer","minimum":1,"maximum":100,"default":50}"#,
        example: "25"
    ) { value, parameters throws(ParameterError) in
        guard let limit = limit(value) else {
            throw ParameterError(parameter: "limit", message: "limit must be an integer from 1 to 100")
        }
        parameters.limit = limit
    }

    /// The first moment of a list, rounded up to the microsecond.
    public static let from = from(summary: "Inclusive lower bound on `started_at`.")

    /// The last moment of a list, rounded down to the microsecond.
    public static let to = to(summary: "Inclusive upper bound on `started_at`.")

    /// ``from`` of an endpoint that takes ``Parameters/period(now:)``.
    public static let periodFrom = from(summary: "Inclusive lower bound on `started_at`. Default: 30 days before `to`.")

    /// ``to`` of an endpoint that takes ``Parameters/period(now:)``.
    public static let periodTo = to(summary: "Inclusive upper bound on `started_at`. Default: now.")

    /// One user, by id.
    public static let userID = Parameter(
        name: "user_id",
        type: "uuid",
        summary: "Filter to a single rep.",
        schema: #"{"type":"string","format":"uuid"}"#,
        example: "a0000000-0000-0000-0000-000000000002"
    ) { value, parameters throws(ParameterError) in
        guard let userID = UUID(text: value) else {
            throw ParameterError(parameter: "user_id", message: "user_id must be a UUID, such as a0000000-0000-0000-0000-000000000002")
        }
        parameters.userID = userID
    }

    /// Where a list goes on.
    ///
    /// Its schema is a plain string: clients generated from `date-time` would read it, keep three or six digits, and send those.
    public static let cursor = Parameter(
        name: "cursor",
        type: "ISO datetime",
        summary: "Pass `next_cursor` from the previous response.",
        schema: #"{"type":"string"}"#,
        example: "2026-05-06T17:00:00Z"
    ) { value, parameters throws(ParameterError) in
        guard let cursor = Cursor(text: value) else {
            throw ParameterError(parameter: "cursor", message: "cursor must be the next_cursor of the previous response, unchanged")
        }
        parameters.cursor = cursor
    }

    private static func from(summary: String) -> Parameter {
        Parameter(
            name: "from",
            type: "ISO datetime",
            summary: summary,
            schema: dateTimeSchema,
            example: "2026-04-06T17:00:00Z"
        ) { value, parameters throws(ParameterError) in
            parameters.from = try dateTime(value, of: "from").roundedUp
        }
    }

    private static func to(summary: String) -> Parameter {
        Parameter(
            name: "to",
            type: "ISO datetime",
            summary: summary,
            schema: dateTimeSchema,
            example: "2026-05-06T17:00:00Z"
        ) { value, parameters throws(ParameterError) in
            parameters.to = try dateTime(value, of: "to").instant
        }
    }

    private static var dateTimeSchema: StaticString { #"{"type":"string","format":"date-time"}"# }

    private static func dateTime(_ value: Span<UInt8>, of name: String) throws(ParameterError) -> RFC3339.Reading {
        do {
            return try RFC3339.parse(value)
        } catch {
            let fault =
                switch error {
                case .malformed: "must be an RFC 3339 date-time, such as 2026-05-06T17:00:00Z"
                case .nonexistent: "is a date or a time that does not exist"
                case .outOfRange: "must be within the years 1 to 9999 in UTC"
                }
            throw ParameterError(parameter: name, message: "\(name) \(fault)")
        }
    }

    /// `[1-9][0-9]?|100`, or `nil`.
    private static func limit(_ value: Span<UInt8>) -> Int? {
        guard 1...3 ~= value.count, value[0] != UInt8(ascii: "0") else { return nil }
        var limit = 0
        for index in value.indices {
            let digit = value[index] &- UInt8(ascii: "0")
            guard digit <= 9 else { return nil }
            limit = limit * 10 + Int(digit)
        }
        return limit <= Parameters.largestLimit ? limit : nil
    }
}
