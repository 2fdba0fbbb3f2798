/// A length of time as people write it: a whole number and a unit, `500ms`, `10s`, `2m`, `12h`, `90d`. A bare number is seconds.
public enum DurationText {
    /// The units, in milliseconds. None is longer than a day, since months and years are not.
    private static let units: [Substring: Int] = ["ms": 1, "s": 1000, "": 1000, "m": 60_000, "h": 3_600_000, "d": 86_400_000]

    /// The milliseconds of a text; nil where it is no length of time, or is 0, or is more than fits.
    ///
    /// - Parameter text: ASCII digits and a unit, with nothing between or around them.
    public static func milliseconds(parsing text: String) -> Int? {
        let digits = text.prefix { ("0"..."9").contains($0) }
        guard let number = Int(digits), let unit = units[text[digits.endIndex...]] else { return nil }
        let (milliseconds, overflow) = number.multipliedReportingOverflow(by: unit)
        return overflow || milliseconds == 0 ? nil : milliseconds
    }

    /// The text of milliseconds, in seconds where they are whole.
    static func text(milliseconds: Int) -> String {
        milliseconds % 1000 == 0 ? "\(milliseconds / 1000)s" : "\(milliseconds)ms"
    }
}
