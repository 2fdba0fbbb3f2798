import Postgres
import Support
import Testing

/// Values go to the server in binary, and come back in binary and as the text that PostgreSQL makes of them.
@Suite("Values")
struct ValueTests {
    private static let count = 1_000

    @Test("a bigint arrives as it was sent")
    func bigint() throws {
        var generator = SeededGenerator(seed: 31)
        let values = [.min, .max, 0, 1, -1] + (0..<Self.count).map { _ in Int64.random(in: .min ... .max, using: &generator) }
        try roundTrip(values, as: .bigint, text: "$1::text", bind: { $1.append($0) }, decode: { $0.int64 }, written: \.description)
    }

    @Test("an integer arrives as it was sent")
    func integer() throws {
        var generator = SeededGenerator(seed: 32)
        let values = [.min, .max, 0, 1, -1] + (0..<Self.count).map { _ in Int32.random(in: .min ... .max, using: &generator) }
        try roundTrip(values, as: .integer, text: "$1::text", bind: { $1.append($0) }, decode: { $0.int32 }, written: \.description)
    }

    @Test("a uuid arrives as it was sent, its first byte the most significant")
    func uuid() throws {
        var generator = SeededGenerator(seed: 33)
        let values = [.min, .max, 1] + (0..<Self.count).map { _ in UInt128.random(in: .min ... .max, using: &generator) }
        func written(_ value: UInt128) -> String {
            let digits = String(value, radix: 16)
            return String(repeating: "0", count: 32 - digits.count) + digits
        }
        let text = "replace($1::text, '-', '')"
        try roundTrip(values, as: .uuid, text: text, bind: { $1.append($0) }, decode: { $0.uint128 }, written: written)
    }

    @Test("a timestamptz counts microseconds from the year 2000, and has infinities at both ends")
    func timestamptz() throws {
        var generator = SeededGenerator(seed: 34)
        // The years 1 to 9999.
        let range: ClosedRange<Int64> = -63_082_281_600_000_000...252_455_615_999_999_999
        let values = [range.lowerBound, range.upperBound, 0] + (0..<Self.count).map { _ in Int64.random(in: range, using: &generator) }
        let text = "((extract(epoch from $1) - 946684800) * 1000000)::bigint::text"
        try roundTrip(values, as: .timestamptz, text: text, bind: { $1.append($0) }, decode: { $0.int64 }, written: \.description)
        func name(_ value: Int64) -> String { value == .max ? "infinity" : "-infinity" }
        try roundTrip([.max, .min], as: .timestamptz, text: "$1::text", bind: { $1.append($0) }, decode: { $0.int64 }, written: name)
    }

    @Test("a bytea arrives as it was sent, to the 64 bytes that an argument may have")
    func bytea() throws {
        var generator = SeededGenerator(seed: 35)
        let values = (0..<Self.count).map { index in (0..<index % 65).map { _ in UInt8.random(in: 0...255, using: &generator) } }
        try roundTrip(values, as: .bytea, text: "encode($1, 'hex')", bind: { $1.append($0.span) }, decode: { $0.bytes }, written: hexadecimal)
    }

    @Test("a text of any Unicode arrives as it was sent")
    func text() throws {
        var generator = SeededGenerator(seed: 36)
        let values = (0..<Self.count).map { _ in
            let scalars = (0..<Int.random(in: 0...16, using: &generator)).map { _ in
                // No NUL, which no text of PostgreSQL can hold.
                Unicode.Scalar(UInt32.random(in: 1...0x10_ffff, using: &generator)) ?? "é"
            }
            return String(String.UnicodeScalarView(scalars))
        }
        let encoded = "encode(convert_to($1, 'UTF8'), 'hex')"
        func written(_ value: String) -> String { hexadecimal(Array(value.utf8)) }
        try roundTrip(values, as: .text, text: encoded, bind: { $1.append($0.utf8.span) }, decode: { $0.string }, written: written)
    }

    @Test("json and NULL are read as PostgreSQL has them")
    func others() throws {
        let statement = Statement(
            name: "others",
            sql: #"select null::bigint, '{ "a":  [1, "é"] }'::json where $1 > 0"#,
            parameters: [.bigint],
            columns: [.bigint, .json]
        )
        var connection = try connect()
        try connection.prepare([statement], until: .ample)
        try connection.send(statement, 1)
        try connection.sync()
        let result = try connection.receive(until: .ample)
        let isNull = result.value(row: 0, column: 0) == nil
        #expect(isNull)
        let document = result.value(row: 0, column: 1)?.string
        #expect(document == #"{ "a":  [1, "é"] }"#)
        try connection.drain(until: .ample)
    }

    /// Sends each value, and compares both forms in which it comes back.
    ///
    /// - Parameters:
    ///   - text: SQL that makes a text of `$1`.
    ///   - written: that text, made of the value in Swift.
    private func roundTrip<Value: Equatable>(
        _ values: [Value],
        as type: PostgresType,
        text: String,
        bind: (Value, inout Arguments) -> Void,
        decode: (RawSpan) -> Value,
        written: (Value) -> String
    ) throws {
        let statement = Statement(name: "round_trip", sql: "select $1, \(text)", parameters: [type], columns: [type, .text])
        var connection = try connect()
        try connection.run(statement, for: values, bind: bind) { value, result in
            let decoded = if let bytes = result.value(row: 0, column: 0) { decode(bytes) as Value? } else { nil as Value? }
            #expect(decoded == value)
            #expect(result.value(row: 0, column: 1)?.string == written(value))
        }
    }
}

private func hexadecimal(_ bytes: [UInt8]) -> String {
    bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
}

extension RawSpan {
    fileprivate var bytes: [UInt8] { withUnsafeBytes { Array($0) } }
}
