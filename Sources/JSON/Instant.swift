/// A moment to the microsecond, as PostgreSQL's binary `timestamptz` counts it.
///
/// Leap seconds are not counted, neither here nor there: each day has 86,400 seconds.
public struct Instant: Hashable, Comparable, Sendable {
    /// Microseconds since 2000-01-01T00:00:00Z.
    public var microseconds: Int64

    /// The moment `microseconds` after 2000-01-01T00:00:00Z.
    public init(microseconds: Int64) {
        self.microseconds = microseconds
    }

    /// 0001-01-01T00:00:00Z, the first moment that the database holds and the API takes.
    public static let earliest = Instant(microseconds: -63_082_281_600_000_000)

    /// 9999-12-31T23:59:59.999999Z, the last moment that the database holds and the API takes.
    public static let latest = Instant(microseconds: 252_455_615_999_999_999)

    /// PostgreSQL's `infinity`, after all moments. It has no RFC 3339 text.
    public static let infinity = Instant(microseconds: .max)

    /// PostgreSQL's `-infinity`, before all moments. It has no RFC 3339 text.
    public static let negativeInfinity = Instant(microseconds: .min)

    /// The moment `microseconds` later, or earlier where they are negative.
    ///
    /// The infinities stay where they are, and a sum beyond them is the infinity.
    public func advanced(byMicroseconds microseconds: Int64) -> Instant {
        guard self != .infinity, self != .negativeInfinity else { return self }
        let (sum, overflow) = self.microseconds.addingReportingOverflow(microseconds)
        guard !overflow else { return microseconds > 0 ? .infinity : .negativeInfinity }
        return Instant(microseconds: sum)
    }

    /// The lesser is the earlier.
    public static func < (left: Instant, right: Instant) -> Bool {
        left.microseconds < right.microseconds
    }
}

extension Instant {
    /// Microseconds in a second.
    static let microsecondsPerSecond: Int64 = 1_000_000

    /// Microseconds in a day.
    static let microsecondsPerDay: Int64 = 86_400 * microsecondsPerSecond
}

extension Instant: CustomStringConvertible {
    /// RFC 3339 in UTC, as ``JSONWriter/instant(_:)`` writes it; `infinity` and `-infinity` in PostgreSQL's words.
    public var description: String {
        switch self {
        case .infinity: return "infinity"
        case .negativeInfinity: return "-infinity"
        default:
            var writer = JSONWriter(capacity: 64)
            writer.instant(self)
            return String(writer.text.dropFirst().dropLast())
        }
    }
}
