import JSON
import Postgres
import Support
import Testing
import Waiting

/// PostgreSQL as the judge: what we write of a value is what it writes, and what we read of a text is what it reads.
@Suite("Beside PostgreSQL's own text")
struct PostgreSQLTests {
    private static let count = 3_000

    @Test("date-times of the years 1 to 9999 are written as to_char writes them, microseconds only where they are not zero")
    func instants() throws {
        var generator = SeededGenerator(seed: 41)
        let range = Instant.earliest.microseconds...Instant.latest.microseconds
        var values = [Instant.earliest, .latest, Instant(microseconds: 0)]
        for index in 0..<Self.count {
            let microseconds = Int64.random(in: range, using: &generator)
            values.append(Instant(microseconds: index % 2 == 0 ? microseconds : microseconds / 1_000_000 * 1_000_000))
        }
        try compare(
            values,
            as: .timestamptz,
            sql: #"'"' || replace(to_char($1 at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US'), '.000000', '') || 'Z"'"#,
            bind: { $1.append($0.microseconds) },
            write: { $1.instant($0) }
        )
    }

    @Test("UUIDs are written as PostgreSQL writes them")
    func uuids() throws {
        var generator = SeededGenerator(seed: 42)
        let values = [UUID.zero, .max] + (0..<Self.count).map { _ in UUID(value: .random(in: .min ... .max, using: &generator)) }
        try compare(values, as: .uuid, sql: "to_json($1)::text", bind: { $1.append($0.value) }, write: { $1.uuid($0) })
    }

    @Test("whole numbers are written as PostgreSQL writes them, of any number of digits")
    func integers() throws {
        var generator = SeededGenerator(seed: 43)
        let values = [0, .min, .max] + (0..<Self.count).map { Int64.random(in: .min ... .max, using: &generator) >> ($0 % 64) }
        try compare(values, as: .bigint, sql: "$1::text", bind: { $1.append($0) }, write: { $1.integer($0) })
    }

    @Test("strings are written as PostgreSQL's to_json writes them")
    func strings() throws {
        var generator = SeededGenerator(seed: 44)
        let values = (0..<Self.count).map { _ in
            let scalars = (0..<Int.random(in: 0...16, using: &generator)).map { _ -> Unicode.Scalar in
                // One in two is ASCII, where the escapes are. No NUL, which no text of PostgreSQL can hold.
                let last: UInt32 = Bool.random(using: &generator) ? 0x7f : 0x10_ffff
                return Unicode.Scalar(UInt32.random(in: 1...last, using: &generator)) ?? "\u{2028}"
            }
            return String(String.UnicodeScalarView(scalars))
        }
        try compare(values, as: .text, sql: "to_json($1)::text", bind: { $1.append($0.utf8.span) }, write: { $1.string($0) })
    }

    @Test("a date-time that is taken means what it means to PostgreSQL, and is rounded by less than a microsecond")
    func parsing() throws {
        var generator = SeededGenerator(seed: 45)
        let fixed = [
            "0001-01-01", "9999-12-31T23:59:59.999999Z", "2024-02-29", "2016-12-31T23:59:60Z",
            "2017-01-01T00:59:60+01:00", "2000-01-01t00:00:00z",
        ]
        var accepted: [(text: String, reading: RFC3339.Reading)] = []
        for text in fixed + (0..<2 * Self.count).map({ _ in randomDateTime(&generator) }) {
            guard let reading = try? RFC3339.parse(text.utf8.span) else { continue }
            accepted.append((text, reading))
        }
        #expect(accepted.count > Self.count)
        let statement = Statement(name: "parse", sql: "select $1::timestamptz", parameters: [.text], columns: [.timestamptz])
        func check(_ accepted: (text: String, reading: RFC3339.Reading), _ result: borrowing Postgres.Result) {
            let theirs = result.value(row: 0, column: 0)?.int64 ?? .min
            // PostgreSQL rounds to the nearest.
            #expect((accepted.reading.instant.microseconds...accepted.reading.roundedUp.microseconds).contains(theirs), "\(accepted.text)")
        }
        try exchange(statement, accepted, bind: { $1.append($0.text.utf8.span) }, check: check)
    }

    /// A text of the form that is taken; one in some does not exist. Offsets to 15:59, the farthest that PostgreSQL takes.
    private func randomDateTime(_ generator: inout SeededGenerator) -> String {
        func number(_ range: ClosedRange<Int>, _ width: Int = 2) -> String {
            let digits = String(Int.random(in: range, using: &generator))
            return String(repeating: "0", count: max(0, width - digits.count)) + digits
        }
        let date = "\(number(1...9_999, 4))-\(number(1...12))-\(number(1...31))"
        guard Int.random(in: 0..<10, using: &generator) > 0 else { return date }
        let time = "\(number(0...23)):\(number(0...59)):\(number(0...59))"
        let digits = (0..<Int.random(in: 0...12, using: &generator)).map { _ in number(0...9, 1) }.joined()
        let sign = Bool.random(using: &generator) ? "+" : "-"
        let offset = ["", "Z", "z", "\(sign)\(number(0...15)):\(number(0...59))"].randomElement(using: &generator) ?? ""
        return "\(date)\(Bool.random(using: &generator) ? "T" : "t")\(time)\(digits.isEmpty ? "" : ".")\(digits)\(offset)"
    }
}

/// Has PostgreSQL write each value, and compares.
private func compare<Value>(
    _ values: [Value],
    as type: PostgresType,
    sql: String,
    bind: (Value, inout Arguments) -> Void,
    write: (Value, inout JSONWriter) -> Void
) throws {
    let statement = Statement(name: "compare", sql: "select \(sql)", parameters: [type], columns: [.text])
    var writer = JSONWriter(capacity: 256)
    func check(_ value: Value, _ result: borrowing Postgres.Result) {
        writer.removeAll()
        write(value, &writer)
        let theirs = result.value(row: 0, column: 0)?.string
        // By their bytes: Swift takes two forms of one character for equal.
        #expect(theirs.map { Array($0.utf8) } == Array(writer.text.utf8), "\(value)")
    }
    try exchange(statement, values, bind: bind, check: check)
}

/// Runs the statement for each value, in UTC.
private func exchange<Value>(
    _ statement: Statement,
    _ values: [Value],
    bind: (Value, inout Arguments) -> Void,
    check: (Value, borrowing Postgres.Result) -> Void
) throws {
    let conninfo = try "host=\(Cluster.shared.get().socketFolder) dbname=postgres user=postgres"
    var connection = try Connection(conninfo, applicationName: "test", until: .after(milliseconds: 60_000))
    try connection.execute(script: "set timezone = 'UTC'", until: .after(milliseconds: 60_000))
    try connection.run(statement, for: values, bind: bind, check: check)
}
