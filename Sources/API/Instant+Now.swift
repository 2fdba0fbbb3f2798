import JSON
import Waiting

extension Instant {
    /// The time, by the system's clock.
    public static var now: Instant {
        // 2000-01-01T00:00:00Z, from which PostgreSQL counts, is 10,957 days after the epoch from which the system counts.
        Instant(microseconds: unixMicroseconds() - 10_957 * 86_400_000_000)
    }
}
