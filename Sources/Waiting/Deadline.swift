import Glibc

// The target `Waiting` keeps time: deadlines, the waits that observe them, and the two clocks. It knows nothing of what is waited for. Before it stand
// `Postgres`, `FastCGI`, `API` and `Pool`; after it, the kernel.

/// The one point in time by which a request, a connection attempt or a stop has to be over.
///
/// A deadline is made once and handed to every wait on the way, so that a peer that sends a byte a second cannot stretch the whole: a time limit a
/// read would start anew each time. It counts `CLOCK_MONOTONIC`: setting the clock moves nothing, and a suspended machine loses nothing.
public struct Deadline: Sendable, Comparable {
    /// Nanoseconds of `CLOCK_MONOTONIC`.
    private let nanoseconds: Int64

    /// A deadline that many milliseconds from now.
    public static func after(milliseconds: Int) -> Deadline {
        Deadline(nanoseconds: now + Int64(milliseconds) * 1_000_000)
    }

    /// Whole milliseconds left, rounded up so that a wait never wakes just before its end; 0 once it has passed. Fits `poll(2)`'s timeout.
    public var millisecondsLeft: CInt {
        let left = nanoseconds - Self.now
        return left <= 0 ? 0 : CInt(min((left + 999_999) / 1_000_000, Int64(CInt.max)))
    }

    /// Whether the time is up.
    public var hasPassed: Bool { Self.now >= nanoseconds }

    /// The earlier one comes first.
    public static func < (a: Deadline, b: Deadline) -> Bool { a.nanoseconds < b.nanoseconds }

    private static var now: Int64 { Waiting.nanoseconds(of: CLOCK_MONOTONIC) }
}
