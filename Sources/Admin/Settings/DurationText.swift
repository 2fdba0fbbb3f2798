/// A length of time as people write it: a whole number and a unit, such as `500ms`, `10s` or `90d`.
public enum DurationText {
    /// The units of a limit: `ms`, `s`, `m`. A bare number is seconds.
    private static let limitUnits: [Substring: Int] = ["ms": 1, "s": 1000, "": 1000, "m": 60_000]

    /// The units of a lifetime: `s`, `m`, `h`, `d`. A bare number is refused, since people would mean days by it; months and years have no length.
    private static let lifetimeUnits: [Substring: Int] = ["s": 1, "m": 60, "h": 3600, "d": 86_400]

    /// The longest lifetime, a hundred years of 365 days: far inside the dates that the database takes.
    private static let longestLifetime = 36_500 * 86_400

    /// The seconds of a token's lifetime, such as `12h` or `90d`; nil where the text is none, or is 0, or is more than a hundred years.
    public static func lifetimeSeconds(parsing text: String) -> Int? {
        number(parsing: text, units: lifetimeUnits).flatMap { $0 <= longestLifetime ? $0 : nil }
    }

    /// The milliseconds of a limit, such as `500ms`, `10s` or `10`; nil where the text is none, or is 0, or is more than an hour, which no limit of
    /// ours needs and a wait in milliseconds can always hold.
    public static func limitMilliseconds(parsing text: String) -> Int? {
        number(parsing: text, units: limitUnits).flatMap { $0 <= 3_600_000 ? $0 : nil }
    }

    /// The text of a limit, in seconds where they are whole.
    static func text(milliseconds: Int) -> String {
        milliseconds % 1000 == 0 ? "\(milliseconds / 1000)s" : "\(milliseconds)ms"
    }

    /// ASCII digits and a unit, with nothing between or around them.
    private static func number(parsing text: String, units: [Substring: Int]) -> Int? {
        let digits = text.prefix { ("0"..."9").contains($0) }
        guard let number = Int(digits), let unit = units[text[digits.endIndex...]] else { return nil }
        let (product, overflow) = number.multipliedReportingOverflow(by: unit)
        return overflow || product == 0 ? nil : product
    }
}
