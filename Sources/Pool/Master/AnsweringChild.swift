import Glibc
import SystemPackage

/// A child that tells the master something through a socket, at which the master never waits. The C functions are `socketpair` and `fork`.
struct AnsweringChild {
    let pid: pid_t
    /// Readable when there is an answer, or the end of the child.
    let descriptor: CInt

    /// Forks it.
    ///
    /// - Parameter body: what the child does, with its end of the socket, which an exec closes; then it exits with 127, as a shell does for what
    ///   cannot be run.
    init(_ body: (CInt) -> Void) throws(Errno) {
        var ends: [CInt] = [0, 0]
        guard socketpair(AF_UNIX, CInt(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0, &ends) == 0 else { throw Errno(rawValue: errno) }
        _ = fcntl(ends[0], F_SETFL, O_NONBLOCK)
        pid = fork()
        guard pid >= 0 else {
            let error = Errno(rawValue: errno)
            for end in ends { close(end) }
            throw error
        }
        if pid == 0 {
            body(ends[1])
            _exit(127)
        }
        close(ends[1])
        descriptor = ends[0]
    }
}
