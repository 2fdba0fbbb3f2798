import JSON

/// SQL for a `timestamptz` as an ``JSON/Instant`` counts it: whole microseconds since 2000-01-01T00:00:00Z. `extract` is exact, a `numeric`.
func microseconds(of column: String) -> String {
    "((extract(epoch from \(column)) - 946684800) * 1000000)::bigint"
}

/// The moment of a value that ``microseconds(of:)`` selected; nil for NULL.
func instant(_ value: String?) -> Instant? {
    value.flatMap { Int64($0) }.map { Instant(microseconds: $0) }
}
