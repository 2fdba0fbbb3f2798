import JSON
import Waiting

extension Instant {
    /// The time, by the system's clock.
    public static var now: Instant { Instant(unixMicroseconds: unixMicroseconds()) }

    /// A moment as the system counts it, in microseconds since 1970-01-01T00:00:00Z.
    public init(unixMicroseconds: Int64) {
        // 2000-01-01T00:00:00Z, from which PostgreSQL counts, is 10,957 days after the epoch from which the system counts.
        self.init(microseconds: unixMicroseconds - 10_957 * 86_400_000_000)
    }
}
