/// A day of the Gregorian calendar, continued before its invention as ISO 8601 has it.
///
/// Both ways count from 1 March: the leap day is then the last of its year, and the lengths of the months
/// (31 30 31 30 31, twice, then 31 and February) follow from one division by 153, the days of five months.
struct CivilDate: Equatable {
    /// 0 to 10000. The year 0 is 1 BC.
    var year: Int

    /// 1 to 12.
    var month: Int

    /// 1 to the month's length.
    var day: Int

    /// Days from 0000-03-01 to 2000-01-01: five cycles of 400 years reach 2000-03-01; January and February 2000 have 60.
    static let daysToEpoch = 5 * 146_097 - 60

    /// Days from 2000-01-01 back to 0001-01-01, the day of ``Instant/earliest``.
    static let earliestDaysSinceEpoch = 306 - daysToEpoch

    /// The day `days` after 2000-01-01, which is not before 0000-03-01.
    init(daysSinceEpoch days: Int) {
        let sinceMarch = days + Self.daysToEpoch
        // 146,097 days in four centuries, 1,461 in four years: multiplied by four, neither has a remainder to correct.
        let century = (4 * sinceMarch + 3) / 146_097
        let dayOfCentury = sinceMarch - 146_097 * century / 4
        let yearOfCentury = (4 * dayOfCentury + 3) / 1_461
        let dayOfYear = dayOfCentury - 1_461 * yearOfCentury / 4
        let monthSinceMarch = (5 * dayOfYear + 2) / 153

        let isNextYear = monthSinceMarch >= 10
        year = 100 * century + yearOfCentury + (isNextYear ? 1 : 0)
        month = isNextYear ? monthSinceMarch - 9 : monthSinceMarch + 3
        day = dayOfYear - (153 * monthSinceMarch + 2) / 5 + 1
    }

    /// The day of that name, or `nil` where the calendar has none.
    init?(year: Int, month: Int, day: Int) {
        guard 0...9_999 ~= year, 1...12 ~= month, day >= 1, day <= Self.length(ofMonth: month, year: year) else { return nil }
        self.year = year
        self.month = month
        self.day = day
    }

    /// Days since 2000-01-01.
    var daysSinceEpoch: Int {
        let isNextYear = month <= 2
        // A cycle of 400 years ahead, so that January of the year 0 does not divide a negative number.
        let shifted = year + 400 - (isNextYear ? 1 : 0)
        let monthSinceMarch = isNextYear ? month + 9 : month - 3
        let days = 365 * shifted + shifted / 4 - shifted / 100 + shifted / 400
        return days + (153 * monthSinceMarch + 2) / 5 + day - 1 - 146_097 - Self.daysToEpoch
    }

    private static func length(ofMonth month: Int, year: Int) -> Int {
        switch month {
        case 2: year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28
        case 4, 6, 9, 11: 30
        default: 31
        }
    }
}
