import Glibc

// The target `Waiting` keeps time: deadlines, the waits that observe them, and the two clocks. It knows nothing of what is waited for. Before it
// stand `Postgres`, `FastCGI`, `API` and `Pool`; after it, the kernel.

/// The one point in time by which a request, a connection attempt or a stop has to be over.
///
/// A deadline is made once and handed to every wait on the way, so that a peer that sends a byte a second cannot stretch the whole: a time limit a
/// read would start anew each time. It counts `CLOCK_MONOTONIC`: setting the clock moves nothing, and a suspended machine loses nothing.
public struct Deadline: Sendable, Comparable {
    /// Nanoseconds of `CLOCK_MONOTONIC`.
    private let nanoseconds: Int64
    /// The connection of whoever waits for the end of this; -1 where nobody does.
    let client: CInt

    /// A deadline that many milliseconds from now.
    ///
    /// - Parameter client: the connection of whoever the work is for. When he closes it the waits end, too: nobody is left to work for.
    public static func after(milliseconds: Int, client: CInt = -1) -> Deadline {
        Deadline(nanoseconds: now + Int64(milliseconds) * 1_000_000, client: client)
    }

    /// A deadline that many milliseconds after a moment that is known already, in microseconds of ``monotonicMicroseconds()``.
    public static func after(milliseconds: Int, from microseconds: Int, client: CInt = -1) -> Deadline {
        Deadline(nanoseconds: Int64(microseconds) * 1_000 + Int64(milliseconds) * 1_000_000, client: client)
    }

    /// A deadline at the end of the first of so many equal parts of the time that is left, for the same client.
    public func share(of parts: Int) -> Deadline {
        let now = Self.now
        return Deadline(nanoseconds: now + max(0, nanoseconds - now) / Int64(max(1, parts)), client: client)
    }

    /// Whole milliseconds left, rounded up so that a wait never wakes just before its end; 0 once it has passed. Fits `poll(2)`'s timeout.
    public var millisecondsLeft: CInt {
        let left = nanoseconds - Self.now
        return left <= 0 ? 0 : CInt(min((left + 999_999) / 1_000_000, Int64(CInt.max)))
    }

    /// Whether the time is up.
    public var hasPassed: Bool { Self.now >= nanoseconds }

    /// Whether they are the same point in time.
    public static func == (a: Deadline, b: Deadline) -> Bool { a.nanoseconds == b.nanoseconds }

    /// The earlier one comes first.
    public static func < (a: Deadline, b: Deadline) -> Bool { a.nanoseconds < b.nanoseconds }

    private static var now: Int64 { Waiting.nanoseconds(of: CLOCK_MONOTONIC) }
}
