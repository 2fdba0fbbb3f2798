/// What a text says as a date-time, found by comparing its shape with patterns, and its day by adding up the years before it.
enum DateTimeModel: Equatable {
    /// A moment in microseconds since 2000, rounded down; whether that dropped something; the digits of the fraction; and the number of 39 digits
    /// behind the sixth of 45.
    case moment(microseconds: Int64, isRounded: Bool, digits: Int, tail: UInt128?)
    /// It has the form, and names no date or time.
    case nonexistent
    /// It has the form, and lies outside the years.
    case outOfRange
    /// It has not the form.
    case malformed

    init(_ text: [UInt8], through latest: Int64 = CalendarModel.latest) {
        guard let parts = Parts(text) else {
            self = .malformed
            return
        }
        guard let days = CalendarModel.days(year: parts.year, month: parts.month, day: parts.day),
            parts.hour < 24, parts.minute < 60, parts.second <= 60, abs(parts.offset) < 24 * 60, parts.offsetMinute < 60
        else {
            self = .nonexistent
            return
        }
        let minute = parts.hour * 60 + parts.minute - parts.offset
        guard parts.second < 60 || (minute + 24 * 60) % (24 * 60) == 23 * 60 + 59 else {
            self = .nonexistent
            return
        }
        let fraction = Array(parts.fraction)
        let microsecond = Int64(String((parts.fraction + "000000").prefix(6))) ?? 0
        let moment = ((Int64(days) * 24 * 60 + Int64(minute)) * 60 + Int64(parts.second)) * 1_000_000 + microsecond
        guard moment >= CalendarModel.earliest, moment <= latest else {
            self = .outOfRange
            return
        }
        self = .moment(
            microseconds: moment,
            isRounded: fraction.dropFirst(6).contains { $0 != "0" },
            digits: fraction.count,
            tail: fraction.count == 45 ? UInt128(String(fraction[6...])) : nil
        )
    }

    /// The microsecond that a lower bound begins with.
    var roundedUp: Int64? {
        guard case .moment(let microseconds, let isRounded, _, _) = self else { return nil }
        return microseconds + (isRounded ? 1 : 0)
    }
}

extension DateTimeModel {
    /// The numbers in a text of the right shape.
    private struct Parts {
        var year = 0
        var month = 0
        var day = 0
        var hour = 0
        var minute = 0
        var second = 0
        var fraction = ""
        /// Minutes that the local time is ahead.
        var offset = 0
        var offsetMinute = 0

        init?(_ text: [UInt8]) {
            guard text.allSatisfy({ $0 < 128 }) else { return nil }
            var rest = Substring(String(decoding: text, as: UTF8.self))
            guard
                Self.take(
                    10,
                    of: &rest,
                    shaped: ["0000-00-00"],
                    into: {
                        year = $0[0]
                        month = $0[1]
                        day = $0[2]
                    }
                )
            else { return nil }
            guard !rest.isEmpty else { return }
            guard
                Self.take(
                    9,
                    of: &rest,
                    shaped: ["T00:00:00", "t00:00:00"],
                    into: {
                        hour = $0[0]
                        minute = $0[1]
                        second = $0[2]
                    }
                )
            else { return nil }
            if rest.hasPrefix(".") {
                fraction = String(rest.dropFirst().prefix { "0123456789".contains($0) })
                guard !fraction.isEmpty else { return nil }
                rest = rest.dropFirst(1 + fraction.count)
            }
            if ["", "Z", "z"].contains(rest) { return }
            let sign = rest.hasPrefix("-") ? -1 : 1
            guard
                Self.take(
                    6,
                    of: &rest,
                    shaped: ["+00:00", "-00:00", " 00:00"],
                    into: {
                        offset = sign * ($0[0] * 60 + $0[1])
                        offsetMinute = $0[1]
                    }
                ),
                rest.isEmpty
            else { return nil }
        }

        /// Takes so many characters where their shape, with a 0 for each digit, is one of those; hands on the numbers between the other characters.
        private static func take(_ count: Int, of rest: inout Substring, shaped shapes: [String], into use: ([Int]) -> Void) -> Bool {
            // A CR and an LF are one character in Swift.
            guard rest.utf8.count >= count else { return false }
            let part = String(rest.utf8.prefix(count)) ?? ""
            guard shapes.contains(String(part.map { "0123456789".contains($0) ? "0" : $0 })) else { return false }
            use(part.split { !"0123456789".contains($0) }.compactMap { Int($0) })
            rest = rest.dropFirst(count)
            return true
        }
    }
}
