/// How few and how many workers there may be, as text: `8`, or `4..32`.
public enum WorkerRange {
    /// The upper end keeps a typing error from filling the process table: PostgreSQL takes 100 connections unless told otherwise.
    public static let most = 1_024

    /// What a text has to be, as the end of "wanted is …".
    public static let wanted = "a whole number from 1 to \(most), or two as in 4..32"

    /// A number of workers such as `8`, or a range of them such as `4..32`; nil where the text is neither.
    public static func parse(_ text: String) -> ClosedRange<Int>? {
        if let count = number(text[...]) { return count...count }
        guard let dots = text.firstRange(of: ".."), let low = number(text[..<dots.lowerBound]), let high = number(text[dots.upperBound...]),
            low <= high
        else { return nil }
        return low...high
    }

    /// The text of a range, as it is parsed.
    public static func text(_ range: ClosedRange<Int>) -> String {
        range.count == 1 ? "\(range.lowerBound)" : "\(range.lowerBound)..\(range.upperBound)"
    }

    /// ASCII digits alone: `Int` would take a sign, too.
    private static func number(_ text: Substring) -> Int? {
        guard text.utf8.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }) else { return nil }
        return Int(text).flatMap { (1...most).contains($0) ? $0 : nil }
    }
}
