import Support
import Testing

@testable import JSON

@Suite("The JSON writer")
struct JSONWriterTests {
    private func written(_ write: (inout JSONWriter) -> Void) -> String {
        var writer = JSONWriter(capacity: 16)
        write(&writer)
        return writer.text
    }

    @Test(
        "a string escapes what RFC 8259 demands, in the short form where there is one, and nothing else",
        arguments: [
            ("", #""""#),
            ("a", #""a""#),
            ("Cold Call — FSBO Seller", #""Cold Call — FSBO Seller""#),
            ("\"", #""\"""#),
            ("\\", #""\\""#),
            ("/", #""/""#),
            ("\u{8}\u{9}\u{a}\u{c}\u{d}", #""\b\t\n\f\r""#),
            ("\u{0}\u{1}\u{b}\u{e}\u{f}\u{10}\u{1f}", #""\u0000\u0001\u000b\u000e\u000f\u0010\u001f""#),
            ("\u{7f}\u{80}\u{2028}\u{2029}\u{feff}", "\"\u{7f}\u{80}\u{2028}\u{2029}\u{feff}\""),
            ("e\u{301} é 👩‍👩‍👧 𝄞 \u{fffd}", "\"e\u{301} é 👩‍👩‍👧 𝄞 \u{fffd}\""),
            ("<script>&'", #""<script>&'""#),
            (#"1234567"1234567\1234567"#, #""1234567\"1234567\\1234567""#),
        ]
    )
    func strings(text: String, json: String) {
        #expect(Array(written { $0.string(text) }.utf8) == Array(json.utf8))
    }

    @Test("a byte that needs an escape is found at every place of the word it is read in")
    func escapesAtEveryPlace() {
        for length in 0...33 {
            for position in 0..<length {
                for byte: UInt8 in [0x00, 0x1f, 0x22, 0x5c] {
                    for filler: UInt8 in [0x20, 0x21, 0x23, 0x5b, 0x5d, 0x7f] {
                        var bytes = [UInt8](repeating: filler, count: length)
                        bytes[position] = byte
                        let text = String(decoding: bytes, as: UTF8.self)
                        #expect(written { $0.string(text) } == naiveString(text))
                    }
                }
            }
        }
    }

    @Test("random text comes out as a writer without tricks has it")
    func randomStrings() {
        var generator = SeededGenerator(seed: 5)
        let alphabet: [Unicode.Scalar] = [
            "\u{0}", "\u{1}", "\n", "\u{1f}", " ", "!", "\"", "#", "[", "\\", "]", "a", "\u{7f}", "\u{80}", "é", "\u{2028}", "𝄞",
        ]
        for _ in 0..<3_000 {
            var text = String.UnicodeScalarView()
            for _ in 0..<Int.random(in: 0...80, using: &generator) {
                text.append(alphabet.randomElement(using: &generator) ?? "a")
            }
            #expect(written { $0.string(String(text)) } == naiveString(String(text)))
        }
    }

    @Test(
        "whole numbers are written in full",
        arguments: [
            (0, "0"), (1, "1"), (9, "9"), (10, "10"), (99, "99"), (100, "100"), (101, "101"), (420, "420"), (9_999, "9999"), (10_000, "10000"),
            (-1, "-1"), (-10, "-10"), (-100, "-100"), (.max, "9223372036854775807"), (.min, "-9223372036854775808"),
            (1_000_000_000_000_000_000, "1000000000000000000"),
        ] as [(Int64, String)]
    )
    func integers(value: Int64, json: String) {
        #expect(written { $0.integer(value) } == json)
    }

    @Test("numbers of every length are written as Swift writes them")
    func randomIntegers() {
        var generator = SeededGenerator(seed: 6)
        for _ in 0..<5_000 {
            let value = Int64(bitPattern: generator.next()) >> Int64.random(in: 0...63, using: &generator)
            #expect(written { $0.integer(value) } == value.description)
        }
    }

    @Test(
        "a date-time has a fraction only where it has microseconds, and then six digits of it",
        arguments: [
            (831_402_000_000_000, #""2026-05-06T17:00:00Z""#),
            (831_402_000_000_001, #""2026-05-06T17:00:00.000001Z""#),
            (831_402_000_500_000, #""2026-05-06T17:00:00.500000Z""#),
            (-1, #""1999-12-31T23:59:59.999999Z""#),
            (-63_082_281_600_000_000, #""0001-01-01T00:00:00Z""#),
            (-59_958_144_000_000_000, #""0100-01-01T00:00:00Z""#),
            (252_455_615_999_999_999, #""9999-12-31T23:59:59.999999Z""#),
        ] as [(Int64, String)]
    )
    func instants(microseconds: Int64, json: String) {
        #expect(written { $0.instant(Instant(microseconds: microseconds)) } == json)
    }

    @Test("what RFC 3339 has no year for is written as the nearest end")
    func instantsOutOfRange() {
        let leapSecond = #""9999-12-31T23:59:60Z""#
        #expect(written { $0.instant(Instant.latest.advanced(byMicroseconds: 1)) } == leapSecond)
        #expect(written { $0.instant(.infinity) } == leapSecond)
        #expect(written { $0.instant(.negativeInfinity) } == #""0001-01-01T00:00:00Z""#)
        #expect(written { $0.instant(Instant.earliest.advanced(byMicroseconds: -1)) } == #""0001-01-01T00:00:00Z""#)
    }

    @Test("a tail is 39 digits behind six of microseconds")
    func tails() {
        let instant = Instant(microseconds: 831_402_000_000_000)
        #expect(written { $0.instant(instant, tail: 0) } == "\"2026-05-06T17:00:00.000000\(String(repeating: "0", count: 39))Z\"")
        #expect(written { $0.instant(instant, tail: .max) } == #""2026-05-06T17:00:00.000000340282366920938463463374607431768211455Z""#)
        let beyond = Instant.latest.advanced(byMicroseconds: 1)
        #expect(written { $0.instant(beyond, tail: 7) } == "\"9999-12-31T23:59:60.000000\(String(repeating: "0", count: 38))7Z\"")
    }

    @Test("values and what is between them come out in the order in which they went in")
    func row() {
        let json = written { writer in
            writer.raw(#"{"ok":"#)
            writer.raw("true")
            writer.raw(#","ended_at":"#)
            writer.null()
            writer.raw(#","id":"#)
            writer.uuid(.zero)
            writer.raw(#","transcript":"#)
            writer.raw(#"[ {"a" : 1.50} ]"#.utf8.span)
            writer.raw("")
            writer.raw("}")
        }
        #expect(json == #"{"ok":true,"ended_at":null,"id":"00000000-0000-0000-0000-000000000000","transcript":[ {"a" : 1.50} ]}"#)
    }

    @Test("it grows over what it began with, and keeps what was written")
    func growth() {
        for capacity in [0, 1, 7, 64] {
            var writer = JSONWriter(capacity: capacity)
            var expected = ""
            for number in 0..<500 {
                writer.string("\(number)\u{1}")
                writer.integer(Int64(number))
                writer.instant(.latest)
                writer.uuid(.max)
                writer.null()
                expected += "\"\(number)\\u0001\"\(number)\"\(Instant.latest)\"\"\(UUID.max)\"null"
            }
            #expect(writer.text == expected)
            #expect(writer.count == expected.utf8.count)
        }
    }

    @Test("one text that is longer than twice the buffer finds its room behind what is there", arguments: 0...200)
    func longText(length: Int) {
        var writer = JSONWriter(capacity: 64)
        writer.raw("------------------------------------------------------------")
        let text = String(repeating: "x", count: length)
        writer.raw(text.utf8.span)
        writer.string(text)
        #expect(writer.text == String(repeating: "-", count: 60) + "\(text)\"\(text)\"")
    }

    @Test("forgetting what was written leaves nothing of it, even where a huge document made the buffer grow")
    func reuse() {
        var writer = JSONWriter(capacity: 64)
        for length in [3, 5_000_000, 2] {
            writer.string(String(repeating: "x", count: length))
            #expect(writer.count == length + 2)
            writer.removeAll()
            #expect(writer.count == 0)
            #expect(writer.text == "")
        }
        writer.raw("ab")
        #expect(writer.withBytes { $0.byteCount } == 2)
        #expect(writer.text == "ab")
    }

    @Test("a buffer that grew beyond 1 MiB is given back, a smaller one is kept")
    func memory() {
        var writer = JSONWriter(capacity: 64)
        writer.string(String(repeating: "x", count: 1_000))
        let grown = writer.storage.capacity
        writer.removeAll()
        #expect(grown > 1_000)
        #expect(writer.storage.capacity == grown)
        writer.string(String(repeating: "x", count: 1_100_000))
        writer.removeAll()
        #expect(writer.storage.capacity == 64)
    }

    private func naiveString(_ text: String) -> String {
        var json = String.UnicodeScalarView()
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": json.append(contentsOf: #"\""#.unicodeScalars)
            case "\\": json.append(contentsOf: #"\\"#.unicodeScalars)
            case "\u{8}": json.append(contentsOf: #"\b"#.unicodeScalars)
            case "\t": json.append(contentsOf: #"\t"#.unicodeScalars)
            case "\n": json.append(contentsOf: #"\n"#.unicodeScalars)
            case "\u{c}": json.append(contentsOf: #"\f"#.unicodeScalars)
            case "\r": json.append(contentsOf: #"\r"#.unicodeScalars)
            case "\u{0}"..."\u{1f}":
                let digits = String(scalar.value, radix: 16)
                json.append(contentsOf: (#"\u"# + String(repeating: "0", count: 4 - digits.count) + digits).unicodeScalars)
            default: json.append(scalar)
            }
        }
        return "\"\(String(json))\""
    }
}
