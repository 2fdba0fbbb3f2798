/// Days by adding up years and months.
enum CalendarModel {
    /// The first microsecond of the year 1, and the last of the year 9999, since 2000.
    static let earliest = Int64(years[1] - years[2_000]) * 86_400_000_000
    static let latest = Int64(years[10_000] - years[2_000]) * 86_400_000_000 - 1

    /// Days before each year, from the year 0 on.
    static let years: [Int] = (0..<10_000).reduce(into: [0]) { sums, year in sums.append(sums[year] + (isLeap(year) ? 366 : 365)) }

    static func isLeap(_ year: Int) -> Bool { year.isMultiple(of: 400) || year.isMultiple(of: 4) && !year.isMultiple(of: 100) }

    static func months(of year: Int) -> [Int] { [31, isLeap(year) ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31] }

    /// Days since 2000; nil where there is no such date.
    static func days(year: Int, month: Int, day: Int) -> Int? {
        guard (1...12).contains(month) else { return nil }
        let months = months(of: year)
        guard (1...months[month - 1]).contains(day) else { return nil }
        return years[year] - years[2_000] + months[..<(month - 1)].reduce(0, +) + day - 1
    }

    /// RFC 3339 in UTC, as the API writes a moment within the years 1 to 9999, or one microsecond behind them.
    static func text(_ microseconds: Int64, tail: UInt128? = nil) -> String {
        let isBeyond = microseconds > latest
        let moment = min(max(microseconds, earliest), latest) - earliest
        var day = Int(moment / 86_400_000_000) + years[1]
        let second = Int(moment / 1_000_000 % 86_400)
        let fraction = isBeyond ? 0 : Int(moment % 1_000_000)
        var year = min(max(day / 366, 1), 9_999)
        while years[year + 1] <= day { year += 1 }
        day -= years[year]
        var month = 0
        while day >= months(of: year)[month] {
            day -= months(of: year)[month]
            month += 1
        }
        let time = [second / 3_600, second / 60 % 60, isBeyond ? 60 : second % 60].map { padded($0, to: 2) }.joined(separator: ":")
        let digits = tail.map { padded(fraction, to: 6) + padded($0, to: 39) } ?? (fraction == 0 ? "" : padded(fraction, to: 6))
        return "\(padded(year, to: 4))-\(padded(month + 1, to: 2))-\(padded(day + 1, to: 2))T\(time)\(digits.isEmpty ? "" : ".\(digits)")Z"
    }

    private static func padded(_ number: some BinaryInteger, to length: Int) -> String {
        let digits = String(number)
        return String(repeating: "0", count: max(0, length - digits.count)) + digits
    }
}
