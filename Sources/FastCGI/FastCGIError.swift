import SystemPackage

/// Why a request could not be read or a response not be sent. In each case the connection is closed and nothing more is owed to the peer.
public enum FastCGIError: Error, Sendable, Equatable {
    /// The complete request was not there by the deadline, or the peer did not take the response by then.
    case timedOut
    /// The peer closed its side before the request was complete.
    case closed
    /// What came is no FastCGI request of the one kind that we serve, or is larger than one may be.
    case malformed
    /// A system call failed: `EPIPE` or `ECONNRESET` where the peer is gone.
    case system(Errno)
}
