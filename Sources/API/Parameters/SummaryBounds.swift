import JSON

/// What of a period can be read from sums by hour and by day, as ``JSON/Instant`` counts: what is left, from its beginning to the first whole hour and
/// from the last one to its end, is for the rows.
package struct SummaryBounds: Equatable {
    /// Whole hours, from the first moment of the first to the first moment after the last. Where no whole hour lies within the period it is empty and
    /// lies at the period's beginning.
    package let hours: Range<Int64>
    /// The whole days of ``hours``, in UTC. Where there is none it is empty and lies at the end of the hours.
    package let days: Range<Int64>

    /// The bounds of a period, both of whose ends are included.
    package init(_ period: Parameters.Period) {
        let from = period.from.microseconds
        let end = period.to.microseconds + 1
        hours = Self.whole(Self.hour, from: from, to: end) ?? from..<from
        days = Self.whole(Self.day, from: hours.lowerBound, to: hours.upperBound) ?? hours.upperBound..<hours.upperBound
    }

    private static let hour: Int64 = 3_600_000_000
    private static let day = 24 * hour

    /// The stretch of whole units between two moments; nil where there is none. Microseconds are counted from a midnight, so units begin at multiples.
    private static func whole(_ unit: Int64, from: Int64, to end: Int64) -> Range<Int64>? {
        let first = -floor(-from, unit)
        let last = floor(end, unit)
        return first < last ? first..<last : nil
    }

    /// The greatest multiple of a unit that is not greater.
    private static func floor(_ value: Int64, _ unit: Int64) -> Int64 {
        let remainder = value % unit
        return value - (remainder < 0 ? remainder + unit : remainder)
    }
}
