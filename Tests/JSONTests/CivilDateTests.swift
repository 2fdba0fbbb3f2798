import Testing

@testable import JSON

@Suite("Civil dates")
struct CivilDateTests {
    @Test("every day from year 1 to 9999 has the name that counting day by day gives it")
    func everyDay() {
        var year = 1
        var month = 1
        var day = 1
        var mismatches: [Int] = []
        let first = CivilDate.earliestDaysSinceEpoch
        let last = 2_921_939
        for days in first...last {
            let date = CivilDate(daysSinceEpoch: days)
            if date.year != year || date.month != month || date.day != day || date.daysSinceEpoch != days {
                mismatches.append(days)
            }
            day += 1
            guard day > 28, day > naiveLength(ofMonth: month, year: year) else { continue }
            day = 1
            month += 1
            guard month > 12 else { continue }
            month = 1
            year += 1
        }
        #expect(mismatches.prefix(5) == [])
        #expect(year == 10_000)
    }

    @Test("2000-01-01 is day 0")
    func epoch() throws {
        #expect(try #require(CivilDate(year: 2000, month: 1, day: 1)).daysSinceEpoch == 0)
    }

    @Test(
        "a leap year is one that 4 divides and 100 does not, or that 400 divides",
        arguments: [(1900, false), (2000, true), (2023, false), (2024, true)]
    )
    func leapYears(year: Int, isLeap: Bool) {
        #expect((CivilDate(year: year, month: 2, day: 29) != nil) == isLeap)
        #expect(CivilDate(year: year, month: 2, day: 30) == nil)
    }

    private func naiveLength(ofMonth month: Int, year: Int) -> Int {
        if month == 2, year.isMultiple(of: 400) || year.isMultiple(of: 4) && !year.isMultiple(of: 100) { return 29 }
        return [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31][month - 1]
    }
}
