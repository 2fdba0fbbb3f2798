import Glibc
import SystemPackage
import Waiting

/// What stands between `accept` and libfcgi: lets a connection pass once a whole request is waiting in its socket.
///
/// The bytes are looked at, not taken (`MSG_PEEK`), under one deadline from the accept to the last byte. libfcgi then finds all it reads already
/// there, so it can neither block nor grow. nginx writes a GET at once, so one look is the rule.
public struct Gate: ~Copyable {
    /// No request of nginx with our limits (8 kB request line, 32 kB of headers, no body passed) comes near.
    public static let largestRequest = 65_536

    private let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: largestRequest, alignment: 8)

    /// A gate with the one buffer that it looks through.
    public init() {}

    deinit { buffer.deallocate() }

    /// Returns once the whole request is there to be read, else throws; the descriptor stays the caller's.
    public func admit(_ descriptor: CInt, until deadline: Deadline) throws(FastCGIError) {
        var nothingMoreComes = false
        while true {
            let arrival = waitForBytes(of: descriptor, until: deadline)
            guard arrival != .timedOut else { throw .timedOut }
            let count = recv(descriptor, buffer.baseAddress, buffer.count, CInt(MSG_PEEK | MSG_DONTWAIT))
            guard count != 0 else { throw .closed }
            guard count > 0 else {
                if errno == EAGAIN || errno == EINTR { continue }
                throw .system(Errno(rawValue: errno))
            }
            let scan = RequestScan(UnsafeRawBufferPointer(rebasing: buffer[..<count]).bytes)
            // A client that has left while it waited in the queue must cost nothing more.
            if scan != .malformed && arrival == .peerIsGone { throw .closed }
            switch scan {
            case .complete: return
            case .incomplete where count < buffer.count:
                guard !nothingMoreComes else { throw .closed }
                nothingMoreComes = peerHasFinished(descriptor)
                // What came before its end came may not have been there at the last look.
                if nothingMoreComes { continue }
                // What was peeked keeps the socket readable, so there is nothing to wait for but time.
                guard !deadline.hasPassed else { throw .timedOut }
                pause(milliseconds: 1, until: deadline)
            case .incomplete, .malformed: throw .malformed
            }
        }
    }
}
