import JSON
import Testing

@testable import API

@Suite("Which part of a period is read from which sums")
struct SummaryBoundsTests {
    /// A period, the whole hours within it and the whole days within those.
    struct Case: Sendable, CustomTestStringConvertible {
        let period: ClosedRange<String>
        let hours: Range<String>
        let days: Range<String>

        var testDescription: String { "\(period)" }

        init(_ period: ClosedRange<String>, hours: Range<String>, days: Range<String>) {
            self.period = period
            self.hours = hours
            self.days = days
        }

        static let all = [
            // Both ends are included: the last microsecond of an hour ends it.
            Case(
                "2026-03-01T00:00:00.000000"..."2026-03-02T23:59:59.999999",
                hours: "2026-03-01T00:00:00.000000"..<"2026-03-03T00:00:00.000000",
                days: "2026-03-01T00:00:00.000000"..<"2026-03-03T00:00:00.000000"
            ),
            Case(
                "2026-03-01T00:00:00.000000"..."2026-03-03T00:00:00.000000",
                hours: "2026-03-01T00:00:00.000000"..<"2026-03-03T00:00:00.000000",
                days: "2026-03-01T00:00:00.000000"..<"2026-03-03T00:00:00.000000"
            ),
            Case(
                "2026-03-01T00:00:00.000001"..."2026-03-02T23:59:59.999998",
                hours: "2026-03-01T01:00:00.000000"..<"2026-03-02T23:00:00.000000",
                days: "2026-03-02T23:00:00.000000"..<"2026-03-02T23:00:00.000000"
            ),
            Case(
                "2026-02-28T22:59:59.999999"..."2026-03-03T01:00:00.000001",
                hours: "2026-02-28T23:00:00.000000"..<"2026-03-03T01:00:00.000000",
                days: "2026-03-01T00:00:00.000000"..<"2026-03-03T00:00:00.000000"
            ),
            // Over midnight, and no day.
            Case(
                "2026-03-01T23:00:00.000000"..."2026-03-02T00:59:59.999999",
                hours: "2026-03-01T23:00:00.000000"..<"2026-03-02T01:00:00.000000",
                days: "2026-03-02T01:00:00.000000"..<"2026-03-02T01:00:00.000000"
            ),
            Case(
                "2026-03-01T12:00:00.000000"..."2026-03-01T12:59:59.999999",
                hours: "2026-03-01T12:00:00.000000"..<"2026-03-01T13:00:00.000000",
                days: "2026-03-01T13:00:00.000000"..<"2026-03-01T13:00:00.000000"
            ),
            // No hour: within one, over the full hour, and a moment on it.
            Case(
                "2026-03-01T12:10:00.000000"..."2026-03-01T12:50:00.000000",
                hours: "2026-03-01T12:10:00.000000"..<"2026-03-01T12:10:00.000000",
                days: "2026-03-01T12:10:00.000000"..<"2026-03-01T12:10:00.000000"
            ),
            Case(
                "2026-03-01T12:10:00.000000"..."2026-03-01T13:50:00.000000",
                hours: "2026-03-01T12:10:00.000000"..<"2026-03-01T12:10:00.000000",
                days: "2026-03-01T12:10:00.000000"..<"2026-03-01T12:10:00.000000"
            ),
            Case(
                "2026-03-01T12:00:00.000000"..."2026-03-01T12:00:00.000000",
                hours: "2026-03-01T12:00:00.000000"..<"2026-03-01T12:00:00.000000",
                days: "2026-03-01T12:00:00.000000"..<"2026-03-01T12:00:00.000000"
            ),
            // Before 2000, where PostgreSQL counts downwards, and all of time.
            Case(
                "1999-12-30T23:59:59.999999"..."1999-12-31T23:59:59.999999",
                hours: "1999-12-31T00:00:00.000000"..<"2000-01-01T00:00:00.000000",
                days: "1999-12-31T00:00:00.000000"..<"2000-01-01T00:00:00.000000"
            ),
            Case(
                "0001-01-01T00:00:00.000000"..."9999-12-31T23:59:59.999999",
                hours: "0001-01-01T00:00:00.000000"..<"9999-12-31T23:59:59.999999+",
                days: "0001-01-01T00:00:00.000000"..<"9999-12-31T23:59:59.999999+"
            ),
        ]
    }

    /// A moment in PostgreSQL's microseconds; a plus stands for the microsecond after it, since year 10000 has no text.
    private func microseconds(_ text: String) throws -> Int64 {
        let isNext = text.hasSuffix("+")
        let query = Array("from=\(text.prefix(26))Z".utf8)
        var scratch: [UInt8] = []
        let parameters = try Parameters.parse(query: query.span, allowed: [.periodFrom], scratch: &scratch)
        return try #require(parameters.from).microseconds + (isNext ? 1 : 0)
    }

    @Test("whole hours and days come from sums, the rest from rows", arguments: Case.all)
    func bounds(_ test: Case) throws {
        let period = Parameters.Period(
            from: Instant(microseconds: try microseconds(test.period.lowerBound)),
            to: Instant(microseconds: try microseconds(test.period.upperBound))
        )
        let bounds = SummaryBounds(period)
        #expect(try bounds.hours == microseconds(test.hours.lowerBound)..<microseconds(test.hours.upperBound))
        #expect(try bounds.days == microseconds(test.days.lowerBound)..<microseconds(test.days.upperBound))
    }

    @Test("edges, hours and days of any period are its parts, without gap and overlap")
    func partition() {
        let hour: Int64 = 3_600_000_000
        let offsets: [Int64] = [0, 1, hour - 1, hour, hour + 1, 23 * hour, 24 * hour - 1, 24 * hour, 49 * hour + 7]
        for origin in [-30 * 24 * hour, 0] {
            for from in offsets.map({ origin + $0 }) {
                for length in offsets {
                    let period = Parameters.Period(from: Instant(microseconds: from), to: Instant(microseconds: from + length))
                    let (hours, days) = (SummaryBounds(period).hours, SummaryBounds(period).days)
                    #expect(from <= hours.lowerBound && hours.upperBound <= from + length + 1)
                    #expect(hours.lowerBound <= days.lowerBound && days.upperBound <= hours.upperBound)
                    // What the rows are read for is less than an hour at each end, or the whole of what has no whole hour.
                    #expect(hours.isEmpty ? length < 2 * hour : hours.lowerBound - from < hour && from + length + 1 - hours.upperBound < hour)
                    for moment in [hours.lowerBound, hours.upperBound] where !hours.isEmpty { #expect(moment % hour == 0) }
                    for moment in [days.lowerBound, days.upperBound] where !days.isEmpty { #expect(moment % (24 * hour) == 0) }
                }
            }
        }
    }
}
