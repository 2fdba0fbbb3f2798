import Glibc

/// What a descriptor is waited for.
public enum Readiness: Sendable {
    /// Bytes, an end of file or an error can be read.
    case readable
    /// Bytes can be written, or writing would report an error.
    case writable
}

/// Waits until the descriptor is ready or the deadline passes.
///
/// Errors and hang-ups count as ready: the call that follows reports them. A signal does not end the wait; who wants to be woken by signals waits
/// for them in the one place made for it.
///
/// - Returns: false where the deadline passed first.
///
/// The C function is `poll`.
public func wait(for readiness: Readiness, of descriptor: CInt, until deadline: Deadline) -> Bool {
    let events = readiness == .readable ? POLLIN : POLLOUT
    var entry = pollfd(fd: descriptor, events: CShort(events), revents: 0)
    repeat {
        let ready = poll(&entry, 1, deadline.millisecondsLeft)
        if ready != 0 && !(ready == -1 && errno == EINTR) { return true }
    } while !deadline.hasPassed
    return false
}

/// Lets time pass where there is nothing to wait for: the pause between two attempts. Never longer than the deadline allows.
///
/// The C function is `poll`, without descriptors.
public func pause(milliseconds: CInt, until deadline: Deadline) {
    _ = poll(nil, 0, min(milliseconds, deadline.millisecondsLeft))
}
