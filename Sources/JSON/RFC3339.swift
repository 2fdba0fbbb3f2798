/// Date-times as RFC 3339 has them, and the two shorter forms that the API takes.
///
/// They are written by ``JSONWriter/instant(_:)``.
public enum RFC3339 {
    /// What a date-time says, to the microsecond and beyond.
    public struct Reading: Equatable, Sendable {
        /// The moment, rounded down to the microsecond.
        public let instant: Instant

        /// Whether the rounding dropped something that was not zero.
        public let isRoundedDown: Bool

        /// The digits of the fraction, zeros included; 0 where there is none.
        public let fractionDigits: Int

        /// What a fraction of exactly 45 digits says after its sixth: 39 digits as a number. `nil` where there are more or fewer
        /// than 45, or where the number is above 2^128 − 1.
        public let tail: UInt128?

        /// The moment, rounded up to the microsecond; that may be one after ``Instant/latest``.
        public var roundedUp: Instant {
            isRoundedDown ? instant.advanced(byMicroseconds: 1) : instant
        }
    }

    /// Why a text is no date-time.
    public enum Failure: Error, Equatable, Sendable {
        /// It has not the form.
        case malformed

        /// It has the form, but there is no such date or time: 30 February, hour 24, a second 60 within the day.
        case nonexistent

        /// In UTC it is outside the years 1 to 9999.
        case outOfRange
    }

    /// The digits of a fraction that a ``JSONWriter/instant(_:tail:)`` has.
    public static let digitsWithTail = 45

    /// Reads a date-time.
    ///
    /// The form is `date-time` of RFC 3339, section 5.6: `2026-05-06T17:00:00.25+02:00`, `T` and `Z` in either letter case, any
    /// number of digits in the fraction. Beyond that, a text without an offset is taken as UTC, a date alone as its midnight
    /// UTC, and a space in the place of the offset's `+` as that `+`, which form decoding made a space of. The second 60 is
    /// taken at 23:59 UTC only (appendix D), and read as the next second.
    ///
    /// - Parameters:
    ///   - text: the bytes, without quotes.
    ///   - latest: the last moment to take. The microsecond after ``Instant/latest`` can be written as a leap second; only a cursor has a use for it.
    public static func parse(_ text: Span<UInt8>, through latest: Instant = .latest) throws(Failure) -> Reading {
        let date = try date(text)
        guard text.count > 10 else {
            return Reading(instant: Instant(secondsSinceEpoch: date.daysSinceEpoch * 86_400, microsecond: 0), fraction: .none)
        }
        let secondOfDay = try time(text)
        let fraction = try Fraction(text, from: 19)
        let offsetMinutes = try offset(text, from: fraction.end)

        let seconds = date.daysSinceEpoch * 86_400 + secondOfDay.value - offsetMinutes * 60
        // A leap second was counted as the 60th of its minute, so it is the first of the next: midnight, or it is none.
        guard !secondOfDay.isLeap || seconds % 86_400 == 0 else { throw .nonexistent }
        let instant = Instant(secondsSinceEpoch: seconds, microsecond: fraction.microsecond)
        guard instant >= .earliest, instant <= latest else { throw .outOfRange }
        return Reading(instant: instant, fraction: fraction)
    }

    /// Reads `full-date`, the first ten bytes. The year 0 is taken: with an offset it can be the year 1 in UTC.
    private static func date(_ text: Span<UInt8>) throws(Failure) -> CivilDate {
        guard text.count >= 10, text[4] == UInt8(ascii: "-"), text[7] == UInt8(ascii: "-"),
            let century = twoDigits(text, at: 0), let year = twoDigits(text, at: 2),
            let month = twoDigits(text, at: 5), let day = twoDigits(text, at: 8)
        else { throw .malformed }
        guard let date = CivilDate(year: century * 100 + year, month: month, day: day) else { throw .nonexistent }
        // A date alone has no offset that could bring it into range.
        guard text.count > 10 || date.year > 0 else { throw .outOfRange }
        return date
    }

    /// Reads what follows the date down to the second, the bytes 10 to 18.
    private static func time(_ text: Span<UInt8>) throws(Failure) -> (value: Int, isLeap: Bool) {
        guard text.count >= 19, text[10] | 0x20 == UInt8(ascii: "t"), text[13] == UInt8(ascii: ":"), text[16] == UInt8(ascii: ":"),
            let hour = twoDigits(text, at: 11), let minute = twoDigits(text, at: 14), let second = twoDigits(text, at: 17)
        else { throw .malformed }
        guard hour <= 23, minute <= 59, second <= 60 else { throw .nonexistent }
        return (hour * 3_600 + minute * 60 + second, second == 60)
    }

    /// Reads `time-offset`, from `position` to the end.
    ///
    /// - Returns: the minutes that the local time is ahead of UTC. `-00:00` is UTC, too (section 4.3).
    private static func offset(_ text: Span<UInt8>, from position: Int) throws(Failure) -> Int {
        guard position < text.count else { return 0 }
        let sign = text[position]
        if sign | 0x20 == UInt8(ascii: "z"), position == text.count - 1 { return 0 }

        guard text.count == position + 6, text[position + 3] == UInt8(ascii: ":"),
            let hours = twoDigits(text, at: position + 1), let minutes = twoDigits(text, at: position + 4)
        else { throw .malformed }
        guard hours <= 23, minutes <= 59 else { throw .nonexistent }
        switch sign {
        case UInt8(ascii: "+"), UInt8(ascii: " "): return hours * 60 + minutes
        case UInt8(ascii: "-"): return -hours * 60 - minutes
        default: throw .malformed
        }
    }

    private static func twoDigits(_ text: Span<UInt8>, at position: Int) -> Int? {
        guard let tens = decimalDigit(text[position]), let ones = decimalDigit(text[position + 1]) else { return nil }
        return tens * 10 + ones
    }
}

extension RFC3339 {
    /// `time-secfrac` of RFC 3339, section 5.6.
    fileprivate struct Fraction {
        /// The first six digits, of zeros where there are fewer.
        var microsecond = 0

        var digits = 0

        /// Whether a digit after the sixth is not zero.
        var hasRest = false

        var tail: UInt128?

        /// Where it ends in the text.
        var end = 0

        static let none = Fraction()

        private init() {}

        /// Reads the fraction at `start`, if there is one.
        init(_ text: Span<UInt8>, from start: Int) throws(Failure) {
            end = start
            guard start < text.count, text[start] == UInt8(ascii: ".") else { return }
            let first = start + 1
            end = first
            while end < text.count, let digit = decimalDigit(text[end]) {
                if end < first + 6 {
                    microsecond = microsecond * 10 + digit
                } else {
                    hasRest = hasRest || digit != 0
                }
                end += 1
            }
            digits = end - first
            guard digits > 0 else { throw .malformed }
            for _ in 0..<max(0, 6 - digits) {
                microsecond *= 10
            }
            if digits == digitsWithTail {
                tail = number(text.extracting(first + 6..<end))
            }
        }

        /// The number that decimal digits say, or `nil` where it is above 2^128 − 1.
        private func number(_ digits: Span<UInt8>) -> UInt128? {
            var number: UInt128 = 0
            for index in digits.indices {
                let (product, isTooLarge) = number.multipliedReportingOverflow(by: 10)
                let (sum, overflows) = product.addingReportingOverflow(UInt128(digits[index] &- UInt8(ascii: "0")))
                guard !isTooLarge, !overflows else { return nil }
                number = sum
            }
            return number
        }
    }
}

extension RFC3339.Reading {
    fileprivate init(instant: Instant, fraction: RFC3339.Fraction) {
        self.instant = instant
        isRoundedDown = fraction.hasRest
        fractionDigits = fraction.digits
        tail = fraction.tail
    }
}

extension Instant {
    fileprivate init(secondsSinceEpoch seconds: Int, microsecond: Int) {
        microseconds = Int64(seconds) * Self.microsecondsPerSecond + Int64(microsecond)
    }
}
