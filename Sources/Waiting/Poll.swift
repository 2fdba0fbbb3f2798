import Glibc

/// What a descriptor is waited for.
public enum Readiness: Sendable {
    /// Bytes, an end of file or an error can be read.
    case readable
    /// Bytes can be written, or writing would report an error.
    case writable
}

/// Waits until the descriptor is ready, the deadline passes, or its client is gone.
///
/// Errors and hang-ups count as ready: the call that follows reports them. A signal does not end the wait; who wants to be woken by signals waits
/// for them in the one place made for it.
///
/// - Returns: false where it did not become ready.
///
/// The C function is `poll`.
public func wait(for readiness: Readiness, of descriptor: CInt, until deadline: Deadline) -> Bool {
    events(readiness, of: descriptor, until: deadline) != 0
}

/// What a wait for a peer's bytes ended with.
public enum Arrival: Sendable {
    /// Bytes, an end of file or an error can be read.
    case ready
    /// The peer has closed the connection, whatever it sent before. Who has only said that nothing more will come is still there. That is told apart
    /// on a Unix socket; over TCP both look the same until something is sent, so there a peer counts as present.
    case peerIsGone
    /// It did not become ready.
    case timedOut
}

/// Waits until the peer's bytes can be read, in the way of ``wait(for:of:until:)``, and tells at once whether the peer is still there to be answered.
///
/// The C function is `poll`.
public func waitForBytes(of descriptor: CInt, until deadline: Deadline) -> Arrival {
    let events = CInt(events(.readable, of: descriptor, until: deadline))
    return events == 0 ? .timedOut : events & (POLLHUP | POLLERR) != 0 ? .peerIsGone : .ready
}

/// The events that `poll` reports of the descriptor; 0 where it did not become ready.
private func events(_ readiness: Readiness, of descriptor: CInt, until deadline: Deadline) -> CShort {
    let events = readiness == .readable ? POLLIN : POLLOUT
    // A hang-up is reported unasked; an entry of -1 is passed over.
    var entries: [2 of pollfd] = [
        pollfd(fd: descriptor, events: CShort(events), revents: 0), pollfd(fd: deadline.client, events: 0, revents: 0),
    ]
    repeat {
        let milliseconds = deadline.millisecondsLeft
        var span = entries.mutableSpan
        let ready = span.withUnsafeMutableBufferPointer { poll($0.baseAddress, nfds_t($0.count), milliseconds) }
        if ready > 0 { return entries[0].revents }
    } while !deadline.hasPassed
    return 0
}

/// Whether whoever is at the other end has said that nothing more will come, or has closed the connection, which looks the same over TCP.
///
/// The C function is `poll`.
public func peerHasFinished(_ descriptor: CInt) -> Bool {
    // POLLRDHUP, which Swift's Glibc does not have.
    let event: CShort = 0x2000
    var entry = pollfd(fd: descriptor, events: event, revents: 0)
    return poll(&entry, 1, 0) == 1
}

/// Lets time pass where there is nothing to wait for: the pause between two attempts. Never longer than the deadline allows.
///
/// The C function is `poll`, without descriptors.
public func pause(milliseconds: CInt, until deadline: Deadline) {
    _ = poll(nil, 0, min(milliseconds, deadline.millisecondsLeft))
}

/// Waits until one of several descriptors is ready, or the deadline passes.
///
/// - Returns: those that are ready; none where the time ran out.
///
/// The C function is `poll`.
public func wait(forAny waits: [(descriptor: CInt, readiness: Readiness)], until deadline: Deadline) -> [CInt] {
    var entries = waits.map { pollfd(fd: $0.descriptor, events: CShort($0.readiness == .readable ? POLLIN : POLLOUT), revents: 0) }
    repeat {
        let milliseconds = deadline.millisecondsLeft
        if poll(&entries, nfds_t(entries.count), milliseconds) > 0 { return entries.filter { $0.revents != 0 }.map(\.fd) }
    } while !deadline.hasPassed
    return []
}
