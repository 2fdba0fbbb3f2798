import JSON
import Support
import Testing

@Suite("RFC 3339, reading")
struct RFC3339Tests {
    @Test(
        "each form that the API takes says the moment that it says",
        arguments: [
            ("2000-01-01T00:00:00Z", 0),
            ("2000-01-01t00:00:00z", 0),
            ("2000-01-01", 0),
            ("2000-01-01T00:00:00", 0),
            ("2000-01-01T00:00:00+00:00", 0),
            ("2000-01-01T00:00:00-00:00", 0),
            ("2000-01-01T02:00:00+02:00", 0),
            ("2000-01-01T02:00:00 02:00", 0),
            ("1999-12-31T17:00:00-07:00", 0),
            ("2000-01-01T23:59:00+23:59", 0),
            ("1999-12-31T00:01:00-23:59", 0),
            ("2000-01-01T00:00:01.5Z", 1_500_000),
            ("2000-01-01T00:00:00.000001", 1),
            ("1999-12-31T23:59:59.999999Z", -1),
            ("2026-05-06T17:00:00Z", 831_402_000_000_000),
            ("2024-02-29", 762_480_000_000_000),
        ]
    )
    func accepted(text: String, microseconds: Int64) throws {
        let reading = try read(text)
        #expect(reading.instant == Instant(microseconds: microseconds))
        #expect(!reading.isRoundedDown)
        #expect(reading.roundedUp == reading.instant)
    }

    @Test(
        "the leap second, which only ends a day in UTC, is the next second",
        arguments: ["1999-12-31T23:59:60Z", "1999-12-31T16:59:60-07:00", "2000-01-01T23:58:60+23:59"]
    )
    func leapSecond(text: String) throws {
        #expect(try read(text).instant == Instant(microseconds: 0))
    }

    @Test("a fraction of the leap second is one of the next second")
    func leapSecondFraction() throws {
        #expect(try read("1999-12-31T23:59:60.25Z").instant == Instant(microseconds: 250_000))
    }

    @Test(
        "a date or a time that does not exist is told from a text without the form",
        arguments: [
            "2023-02-29", "2024-02-30", "2023-02-29T00:00:00Z", "1900-02-29", "2026-00-01", "2026-13-01", "2026-04-31", "2026-01-00", "2026-01-32",
            "2026-01-01T24:00:00Z", "2026-01-01T25:00:00Z", "2026-01-01T23:60:00Z", "2026-01-01T23:59:61Z", "2026-01-01T23:59:99Z",
            "2026-01-01T12:00:60Z", "2026-01-01T22:59:60Z", "2026-01-01T23:59:60+01:00", "2026-01-01T23:58:60Z",
            "2026-01-01T00:00:00+24:00", "2026-01-01T00:00:00-00:60", "2026-01-01T00:00:00+99:99",
        ]
    )
    func nonexistent(text: String) {
        #expect(throws: RFC3339.Failure.nonexistent) { try read(text) }
    }

    @Test(
        "what has not the form is refused",
        arguments: [
            "", "2", "2026", "2026-05", "2026-5-6", "26-05-06", "02026-05-06", "+2026-05-06", "-2026-05-06", "99999-01-01", "99999-01-01T00:00:00Z",
            "10000-01-01",
            "2026/05/06", "20260506", "2026-05-06T", "2026-05-06Z", "2026-05-06+02:00", "2026-05-06T17", "2026-05-06T17:00", "2026-05-06T17:00Z",
            "2026-05-06T170000Z",
            "2026-05-06 17:00:00Z", "2026-05-06_17:00:00Z", "2026-05-06T7:00:00Z", "2026-05-06T17:00:00.", "2026-05-06T17:00:00.Z",
            "2026-05-06T17:00:00,5Z",
            "2026-05-06T17:00:00.5.5Z", "2026-05-06T17:00:00.-5Z", "2026-05-06T17:00:00ZZ", "2026-05-06T17:00:00Z ", " 2026-05-06T17:00:00Z",
            "2026-05-06T17:00:00Z\u{0}",
            "2026-05-06T17:00:00+02", "2026-05-06T17:00:00+0200", "2026-05-06T17:00:00+2:00", "2026-05-06T17:00:00+02:0",
            "2026-05-06T17:00:00+02:00Z",
            "2026-05-06T17:00:00 +02:00", "2026-05-06T17:00:00~02:00", "2026-05-06T17:00:00UTC", "2026-05-06T17:00:00Europe/Berlin",
            "2026-05-06T17:00:00−02:00",
            "٢٠٢٦-05-06", "2026-05-06T17:00:0٣Z", "now", "infinity", "-infinity", "1746550800", "0x7e-05-06",
        ]
    )
    func malformed(text: String) {
        #expect(throws: RFC3339.Failure.malformed) { try read(text) }
    }

    @Test(
        "only the years 1 to 9999 are taken, and the year is the one in UTC",
        arguments: [
            "0000-01-01", "0000-12-31", "0000-12-31T23:59:59.999999Z", "0001-01-01T00:00:00+00:01", "0001-01-01T00:59:59.999999+01:00",
            "9999-12-31T23:59:00-00:01", "9999-12-31T23:59:60Z", "0000-02-29T00:00:00Z",
        ]
    )
    func outOfRange(text: String) {
        #expect(throws: RFC3339.Failure.outOfRange) { try read(text) }
    }

    @Test(
        "the first and the last moment are taken, however they are written",
        arguments: [
            ("0001-01-01", Instant.earliest), ("0001-01-01T00:00:00Z", .earliest), ("0000-12-31T23:00:00-01:00", .earliest),
            ("9999-12-31T23:59:59.999999Z", .latest), ("9999-12-31T23:59:59.9999999Z", .latest), ("9999-12-31T00:00:59.999999-23:59", .latest),
        ]
    )
    func bounds(text: String, instant: Instant) throws {
        #expect(try read(text).instant == instant)
    }

    @Test("the microsecond after the last is taken as a leap second by who asks for it")
    func beyondLatest() throws {
        let beyond = Instant.latest.advanced(byMicroseconds: 1)
        #expect(try read("9999-12-31T23:59:60Z", through: beyond).instant == beyond)
        #expect(throws: RFC3339.Failure.outOfRange) { try read("9999-12-31T23:59:60.000001Z", through: beyond) }
    }

    @Test("a fraction of any length is rounded down, and tells whether anything was dropped")
    func fractions() throws {
        let digits = "56789012345678901234567890123456789012345678901234"
        for count in 1...50 {
            let reading = try read("2000-01-01T00:00:00.\(digits.prefix(count))Z")
            let microseconds = try #require(Int64((digits.prefix(min(count, 6)) + "00000").prefix(6)))
            #expect(reading.instant.microseconds == microseconds)
            #expect(reading.fractionDigits == count)
            #expect(reading.isRoundedDown == (count > 6))
            #expect(reading.roundedUp.microseconds == microseconds + (count > 6 ? 1 : 0))
            #expect(reading.tail == (count == 45 ? 123_456_789_012_345_678_901_234_567_890_123_456_789 : nil))
        }
    }

    @Test("zeros behind the sixth digit drop nothing, a last digit behind 5,000 zeros does")
    func zeros() throws {
        let zeros = String(repeating: "0", count: 5_000)
        #expect(try !read("2000-01-01T00:00:00.\(zeros)Z").isRoundedDown)
        #expect(try read("2000-01-01T00:00:00.\(zeros)1Z").roundedUp == Instant(microseconds: 1))
    }

    @Test("44 and 46 digits have no tail, even where it would be a small number")
    func tailOfOtherLengths() throws {
        for count in [44, 46] {
            #expect(try read("2000-01-01T00:00:00.\(String(repeating: "0", count: count))Z").tail == nil)
        }
    }

    @Test("rounding is towards the past also before 2000")
    func roundingBeforeEpoch() throws {
        let reading = try read("1969-12-31T23:59:59.9999995Z")
        #expect(reading.instant.description == "1969-12-31T23:59:59.999999Z")
        #expect(reading.roundedUp.description == "1970-01-01T00:00:00Z")
    }

    @Test(
        "the 39 digits behind the sixth are a 128-bit number or none",
        arguments: [
            ("000000000000000000000000000000000000000", UInt128.zero),
            ("000000000000000000000000000000000000001", 1),
            ("340282366920938463463374607431768211455", .max),
            ("340282366920938463463374607431768211456", nil),
            ("340282366920938463463374607431768211460", nil),
            ("999999999999999999999999999999999999999", nil),
        ]
    )
    func tail(digits: String, number: UInt128?) throws {
        let reading = try read("2000-01-01T00:00:00.000007\(digits)Z")
        #expect(reading.fractionDigits == RFC3339.digitsWithTail)
        #expect(reading.tail == number)
        #expect(reading.instant == Instant(microseconds: 7))
    }

    @Test("every moment reads as it was written, with and without an offset")
    func roundTrip() throws {
        var generator = SeededGenerator(seed: 3)
        for _ in 0..<5_000 {
            let instant = Instant(microseconds: Int64.random(in: Instant.earliest.microseconds...Instant.latest.microseconds, using: &generator))
            #expect(try read(instant.description).instant == instant)

            let minutes = Int64.random(in: -1_439...1_439, using: &generator)
            let local = instant.advanced(byMicroseconds: minutes * 60_000_000)
            guard Instant.earliest...Instant.latest ~= local else { continue }
            let size = minutes.magnitude
            let offset = "\(minutes < 0 ? "-" : "+")\(size / 60 < 10 ? "0" : "")\(size / 60):\(size % 60 < 10 ? "0" : "")\(size % 60)"
            #expect(try read((local.description.dropLast() + offset)).instant == instant)
        }
    }

    @Test("no bytes make it trap, and what it takes it takes again as it writes it")
    func anyBytes() throws {
        var generator = SeededGenerator(seed: 4)
        let alphabet = Array("0123456789-:.TZtz+ \0\u{e9}".utf8)
        for _ in 0..<20_000 {
            var bytes = Array("2026-05-06T17:00:00.123456+02:00".utf8)
            for _ in 0..<Int.random(in: 0...3, using: &generator) {
                bytes[Int.random(in: bytes.indices, using: &generator)] = alphabet.randomElement(using: &generator) ?? 0
            }
            bytes.removeLast(Int.random(in: 0...bytes.count, using: &generator))
            guard let reading = try? read(bytes) else { continue }
            #expect(try read(reading.instant.description).instant == reading.instant)
        }
    }
}

// The expectation macros cannot pass a `Span` on.

private func read(_ text: String, through latest: Instant = .latest) throws(RFC3339.Failure) -> RFC3339.Reading {
    try RFC3339.parse(text.utf8.span, through: latest)
}

private func read(_ bytes: [UInt8]) throws(RFC3339.Failure) -> RFC3339.Reading {
    try RFC3339.parse(bytes.span)
}
