import Glibc

/// Milliseconds of `CLOCK_MONOTONIC`: for durations, and points in time to compare with one another.
public func monotonicMilliseconds() -> Int { Int(nanoseconds(of: CLOCK_MONOTONIC) / 1_000_000) }

/// Microseconds of the same clock.
public func monotonicMicroseconds() -> Int { Int(nanoseconds(of: CLOCK_MONOTONIC) / 1_000) }

/// Microseconds since 1970-01-01T00:00:00Z, by the system's clock, which can be set: for what a person or another system reads.
public func unixMicroseconds() -> Int64 { nanoseconds(of: CLOCK_REALTIME) / 1_000 }

/// The C function is `clock_gettime`.
func nanoseconds(of clock: clockid_t) -> Int64 {
    var time = timespec()
    clock_gettime(clock, &time)
    return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
}
