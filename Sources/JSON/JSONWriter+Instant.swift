extension JSONWriter {
    /// Writes `instant` in quotes, as RFC 3339 in UTC: `"2026-05-06T17:00:00Z"`, with six digits of a fraction only where the
    /// microseconds are not zero.
    ///
    /// RFC 3339 has the years 0 to 9999. The microsecond after ``Instant/latest`` is written as the leap second that it would be,
    /// `9999-12-31T23:59:60Z`, which RFC 3339, section 5.6, allows and ``RFC3339/parse(_:through:)`` reads as what it was; a
    /// page that ends at ``Instant/latest`` needs it for its cursor. What lies further out, which the database's checks refuse, is written as
    /// the nearest of the two ends.
    public mutating func instant(_ instant: Instant) {
        reserve(40)
        let microsecond = openInstant(instant)
        if microsecond != 0 {
            appendFraction(microsecond)
        }
        closeInstant()
    }

    /// Writes `instant` in quotes with a fraction of 45 digits: six of microseconds, then `tail` as 39 digits, which holds any
    /// 128-bit number.
    public mutating func instant(_ instant: Instant, tail: UInt128) {
        reserve(80)
        appendFraction(openInstant(instant))
        var rest = tail
        for position in stride(from: end &+ 38, through: end, by: -1) {
            let (quotient, digit) = rest.quotientAndRemainder(dividingBy: 10)
            storage.store(UInt8(ascii: "0") &+ UInt8(truncatingIfNeeded: digit), at: position)
            rest = quotient
        }
        end &+= 39
        closeInstant()
    }

    /// Writes the quote and all down to the second.
    ///
    /// - Returns: the microseconds of the second, still to be written.
    @inline(__always)
    private mutating func openInstant(_ instant: Instant) -> UInt64 {
        let isBeyond = instant > .latest
        let inRange = min(max(instant, .earliest), .latest)
        // From 0001-01-01 on, so that no division is of a negative number.
        let microseconds = UInt64(bitPattern: inRange.microseconds &- Instant.earliest.microseconds)
        let (days, ofDay) = microseconds.quotientAndRemainder(dividingBy: UInt64(Instant.microsecondsPerDay))
        let (seconds, microsecond) = ofDay.quotientAndRemainder(dividingBy: UInt64(Instant.microsecondsPerSecond))
        let (minutes, second) = seconds.quotientAndRemainder(dividingBy: 60)
        let (hour, minute) = minutes.quotientAndRemainder(dividingBy: 60)
        if days != lastDay { writeDate(days: days) }

        let start = end
        let (yearAndMonth, dayOfMonth) = lastDate
        let time = pair(hour, at: 4) | byte(":", at: 6) | pair(minute, at: 7)
        let rest = pair(minute, at: 0) >> 8 | byte(":", at: 1) | pair(isBeyond ? 60 : second, at: 2)
        storage.store(yearAndMonth, at: start)
        storage.store((dayOfMonth | time).littleEndian, at: start &+ 8)
        storage.store(rest.littleEndian, at: start &+ 16)
        end &+= 20
        return isBeyond ? 0 : microsecond
    }

    /// Keeps the text of a day, from the quote to the `T`: the date-times of a row, and of the next, are of the same day more often than not.
    @inline(never)
    private mutating func writeDate(days: UInt64) {
        let date = CivilDate(daysSinceEpoch: Int(truncatingIfNeeded: days) &+ CivilDate.earliestDaysSinceEpoch)
        let century = UInt64(truncatingIfNeeded: date.year / 100)
        let year = UInt64(truncatingIfNeeded: date.year % 100)
        let yearAndMonth = byte("\"", at: 0) | pair(century, at: 1) | pair(year, at: 3) | byte("-", at: 5) | pair(UInt64(date.month), at: 6)
        lastDate = (yearAndMonth.littleEndian, byte("-", at: 0) | pair(UInt64(date.day), at: 1) | byte("T", at: 3))
        lastDay = days
    }

    /// Writes a point and six digits.
    @inline(__always)
    private mutating func appendFraction(_ microsecond: UInt64) {
        let (tenThousands, rest) = microsecond.quotientAndRemainder(dividingBy: 10_000)
        let (hundreds, ones) = rest.quotientAndRemainder(dividingBy: 100)
        let digits = byte(".", at: 0) | pair(tenThousands, at: 1) | pair(hundreds, at: 3) | pair(ones, at: 5)
        storage.store(digits.littleEndian, at: end)
        end &+= 7
    }

    @inline(__always)
    private mutating func closeInstant() {
        storage.store(UInt16(truncatingIfNeeded: byte("Z", at: 0) | byte("\"", at: 1)).littleEndian, at: end)
        end &+= 2
    }
}

/// The digits of `value`, below 100, as the bytes `position` and `position + 1` of a word, counted from the lowest; what lies beyond is lost.
@inline(__always)
private func pair(_ value: UInt64, at position: UInt64) -> UInt64 {
    UInt64(decimalPair(value)) << (8 &* position)
}

/// `character` as the byte `position` of a word.
@inline(__always)
private func byte(_ character: Unicode.Scalar, at position: UInt64) -> UInt64 {
    UInt64(UInt8(ascii: character)) << (8 &* position)
}
