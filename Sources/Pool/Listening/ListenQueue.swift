import CProcess
import Glibc

/// Asks the kernel how many connections wait to be accepted: what a pool is scaled on.
///
/// For a Unix socket that is sock_diag(7), about 8 µs a time, since TCP_INFO says nothing of one; for TCP it is TCP_INFO. Each process makes one of
/// its own: two that shared it would take each other's answers.
struct ListenQueue: ~Copyable {
    /// What the kernel says.
    struct Length: Equatable {
        /// Connections that wait. A full queue of a Unix socket holds one more than its limit.
        var waiting: Int
        /// How many may wait: the backlog, or the kernel's cap on it.
        var limit: Int
    }

    private let listener: CInt
    /// For a Unix socket, the netlink socket to ask by; -1 where there is none.
    private let netlink: CInt
    private let inode: CUnsignedInt
    private let isUnix: Bool
    private var sequence: CUnsignedInt = 0

    /// For as long as the listener is open.
    init(of listener: borrowing Listener) {
        self.listener = listener.descriptor
        isUnix = listener.address.family == AF_UNIX
        var status = stat()
        // The socket's own inode, which is not its file's.
        inode = fstat(listener.descriptor, &status) == 0 ? CUnsignedInt(truncatingIfNeeded: status.st_ino) : 0
        netlink = isUnix ? debrief_socket_diagnosis() : -1
    }

    deinit { if netlink >= 0 { close(netlink) } }

    /// How it is now; nil where the kernel does not say. Never waits.
    mutating func length() -> Length? {
        var (length, limit): (CUnsignedInt, CUnsignedInt) = (0, 0)
        sequence &+= 1
        let failed = isUnix ? debrief_unix_queue(netlink, inode, sequence, &length, &limit) : debrief_tcp_queue(listener, &length, &limit)
        return failed == 0 ? Length(waiting: Int(length), limit: Int(limit)) : nil
    }
}
