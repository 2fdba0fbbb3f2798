import JSON
import Postgres

// What a statement of ours returned as text, as the value that it is. A column that is not what it was asked as is an answer nobody expects.

/// SQL for a `timestamptz` as an ``JSON/Instant`` counts it: whole microseconds since 2000-01-01T00:00:00Z. `extract` is exact, a `numeric`.
func microseconds(of column: String) -> String {
    "((extract(epoch from \(column)) - 946684800) * 1000000)::bigint"
}

/// The moment of a value that ``microseconds(of:)`` selected; nil for NULL.
func instant(_ value: String??) -> Instant? {
    value?.flatMap { Int64($0) }.map { Instant(microseconds: $0) }
}

/// The moment of a value that is never NULL.
func moment(_ value: String?) throws(AdminError) -> Instant {
    guard let instant = instant(value) else { throw .postgres(.unexpected("no date-time where one was due")) }
    return instant
}

/// The text of a value that is never NULL.
func text(_ value: String?) throws(AdminError) -> String {
    guard let value else { throw .postgres(.unexpected("no text where one was due")) }
    return value
}

/// The UUID of a value that is never NULL.
func uuid(_ value: String??) throws(AdminError) -> UUID {
    guard let text = value ?? nil, let uuid = UUID(text) else { throw .postgres(.unexpected("no UUID where one was due")) }
    return uuid
}

/// The whole number of a value that is never NULL.
func count(_ value: String?) throws(AdminError) -> Int {
    guard let value, let count = Int(value) else { throw .postgres(.unexpected("no number where one was due")) }
    return count
}
