import API
import JSON
import Support
import Testing

private let noon = Instant(microseconds: 831_402_000_000_000)

private func read(_ text: String) -> Cursor? {
    Cursor(text: text.utf8.span)
}

@Suite("Cursors")
struct CursorTests {
    @Test("where the next row differs in started_at, the cursor is the last row's, as the reference shows it")
    func plain() {
        let cursor = Cursor(afterRowAt: noon, id: .max, next: noon.advanced(byMicroseconds: -1))
        #expect(cursor == Cursor(before: noon, id: .zero))
        #expect(cursor.text == "2026-05-06T17:00:00Z")
    }

    @Test("where the next row shares it, the cursor is a microsecond later and holds the id in 39 digits")
    func tie() {
        let cursor = Cursor(afterRowAt: noon, id: UUID(value: 0x3000_0000_0000_0000_0000_0000_0000_0001), next: noon)
        #expect(cursor == Cursor(before: noon, id: UUID(value: 0x3000_0000_0000_0000_0000_0000_0000_0001)))
        #expect(cursor.text == "2026-05-06T17:00:00.000001063802943797675961899382738893456539649Z")
        #expect(read(cursor.text) == cursor)
    }

    @Test("in JSON it is a string")
    func json() {
        var writer = JSONWriter()
        Cursor(before: noon, id: .zero).write(to: &writer)
        #expect(writer.text == #""2026-05-06T17:00:00Z""#)
    }

    @Test("any cursor reads back as it was written, and is a date-time of 20, 27 or 66 characters")
    func roundTrip() {
        var generator = SeededGenerator(seed: 13)
        for _ in 0..<5_000 {
            let before = Instant(microseconds: Int64.random(in: Instant.earliest.microseconds...Instant.latest.microseconds, using: &generator))
            let id = UUID(value: UInt128.random(in: .min ... .max, using: &generator) >> UInt128.random(in: 0...127, using: &generator))
            for cursor in [Cursor(before: before, id: id), Cursor(before: before, id: .zero)] {
                #expect(read(cursor.text) == cursor)
                #expect([20, 27, 66].contains(cursor.text.utf8.count))
            }
        }
    }

    @Test("ids at both ends of their range read back, at both ends of time", arguments: [Instant.earliest, .latest])
    func ends(before: Instant) {
        for id in [UUID.zero, UUID(value: 1), .max] {
            let cursor = Cursor(before: before, id: id)
            #expect(read(cursor.text) == cursor)
        }
    }

    @Test("rows that share the last moment there is have a cursor, by the leap second")
    func lastMoment() {
        #expect(Cursor(before: .latest, id: UUID(value: 7)).text == "9999-12-31T23:59:60.000000000000000000000000000000000000000000007Z")
    }

    @Test("45 digits hold an id up to 2^128 − 1, and are an error above that")
    func largestID() {
        #expect(read("2026-05-06T17:00:00.000001340282366920938463463374607431768211455Z") == Cursor(before: noon, id: .max))
        #expect(read("2026-05-06T17:00:00.000001340282366920938463463374607431768211456Z") == nil)
        #expect(read("2026-05-06T17:00:00.000001999999999999999999999999999999999999999Z") == nil)
    }

    @Test("any other number of digits is read to its first six, so that a client which reformats a cursor loses no row")
    func reformatted() throws {
        let tie = Cursor(before: noon, id: UUID(value: .max - 5))
        let text = tie.text
        for digits in 1...50 where digits != 45 {
            let fraction = (text.dropFirst(20).dropLast() + "00000").prefix(digits)
            let cursor = try #require(read("2026-05-06T17:00:00.\(fraction)Z"))
            // With six digits the added microsecond is still there, and with it all rows of the moment; with fewer it was the client that dropped it.
            let kept: Int64 = digits >= 6 ? 1 : 0
            #expect(cursor == Cursor(before: noon.advanced(byMicroseconds: kept), id: .zero))
            #expect(digits < 6 || cursor > tie)
        }
    }

    @Test(
        "a cursor may be written like any date-time",
        arguments: ["2026-05-06T19:00:00+02:00", "2026-05-06T19:00:00 02:00", "2026-05-06t17:00:00z", "2026-05-06T17:00:00"]
    )
    func otherForms(text: String) {
        #expect(read(text) == Cursor(before: noon, id: .zero))
    }

    @Test(
        "what is no date-time is no cursor",
        arguments: ["", "0", "2026-02-30", "2026-05-06T24:00:00Z", "9999-12-31T23:59:60.000001Z", "2026-05-06T17:00:00.000001Z\u{0}"]
    )
    func malformed(text: String) {
        #expect(read(text) == nil)
    }

    @Test("the lesser cursor is further down the list")
    func order() {
        #expect(Cursor(before: noon, id: .zero) < Cursor(before: noon, id: UUID(value: 1)))
        #expect(Cursor(before: noon, id: .max) < Cursor(before: noon.advanced(byMicroseconds: 1), id: .zero))
        #expect(Cursor(before: .latest, id: .max) < .beginning)
    }

    @Test("paging by any size over rows that share moments shows each row once, in order")
    func paging() {
        var generator = SeededGenerator(seed: 14)
        for limit in 1...7 {
            let rows = (0..<60)
                .map { _ in
                    Cursor(
                        before: noon.advanced(byMicroseconds: Int64.random(in: 0...3, using: &generator)),
                        id: UUID(value: UInt128.random(in: .min ... .max, using: &generator))
                    )
                }
                .sorted(by: >)
            var shown: [Cursor] = []
            var cursor: Cursor? = .beginning
            while let bound = cursor {
                let found = rows.filter { $0 < bound }.prefix(limit + 1)
                shown += found.prefix(limit)
                guard found.count > limit, let last = found.dropLast().last, let next = found.last else { break }
                cursor = read(Cursor(afterRowAt: last.before, id: last.id, next: next.before).text)
            }
            #expect(shown == rows)
        }
    }
}
