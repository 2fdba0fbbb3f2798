import Support

@testable import FuzzTargets

/// Date-times of the form that the API takes, whose numbers lie beside the bounds of what exists more often than chance would have it.
struct DateTimeTexts {
    private var generator: SeededGenerator

    init(seed: UInt64) { generator = SeededGenerator(seed: seed) }

    mutating func next() -> String {
        let date =
            "\(number(4, [0, 1, 1_900, 2_000, 2_023, 2_024, 9_999], 0...9_999))-\(number(2, [0, 1, 2, 12, 13], 1...12))-\(number(2, [0, 1, 28, 29, 30, 31, 32], 1...28))"
        guard !oneIn(12) else { return date }
        let time = "\(number(2, [0, 15, 23, 24], 0...23)):\(number(2, [0, 59, 60], 0...59)):\(number(2, [0, 59, 60, 61], 0...59))"
        let digits = oneIn(2) ? "" : "." + (0..<Int.random(in: 1...14, using: &generator)).map { _ in number(1, [0, 9], 0...9) }.joined()
        let offset = "\(oneIn(2) ? "+" : "-")\(number(2, [0, 15, 16, 23, 24], 0...14)):\(number(2, [0, 59, 60], 0...59))"
        return "\(date)\(oneIn(2) ? "T" : "t")\(time)\(digits)\(["", "Z", "z", offset, offset].randomElement(using: &generator) ?? "")"
    }

    private mutating func number(_ width: Int, _ bounds: [Int], _ range: ClosedRange<Int>) -> String {
        let number = oneIn(5) ? bounds.randomElement(using: &generator) ?? 0 : Int.random(in: range, using: &generator)
        return String(repeating: "0", count: max(0, width - "\(number)".count)) + "\(number)"
    }

    private mutating func oneIn(_ count: Int) -> Bool { Int.random(in: 1...count, using: &generator) == 1 }

    /// What RFC 3339 has, and PostgreSQL has not: offsets beyond 15:59, the year 0, and parts of a leap second.
    static func isBeyondPostgreSQL(_ text: String) -> Bool {
        let offset = text.suffix(6)
        let isFar = text.count > 19 && (offset.hasPrefix("+") || offset.hasPrefix("-")) && offset.dropFirst().prefix(2) > "15"
        return isFar || text.hasPrefix("0000") || text.contains(":60.")
    }

    /// What PostgreSQL has, and RFC 3339 or the API has not: 24:00:00, a second 60 within the day, and moments outside the years 1 to 9999.
    static func isPostgreSQLsOwn(_ text: String, _ moment: Int64) -> Bool {
        let time = text.dropFirst(11).prefix(8)
        return time.hasPrefix("24") || time.hasSuffix(":60") || !(CalendarModel.earliest...CalendarModel.latest).contains(moment)
    }
}
