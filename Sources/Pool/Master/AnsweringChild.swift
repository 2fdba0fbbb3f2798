import Glibc
import SystemPackage

/// A child that tells the master something through a pipe, at which the master never waits. The C functions are `pipe` and `fork`.
struct AnsweringChild {
    let pid: pid_t
    /// Readable when there is an answer, or the end of the child.
    let descriptor: CInt

    /// Forks it.
    ///
    /// - Parameter body: what the child does, with the end of the pipe that it writes to, which an exec closes; then it exits with 127, as a shell does
    ///   for what cannot be run.
    init(_ body: (CInt) -> Void) throws(Errno) {
        var ends: [CInt] = [0, 0]
        guard pipe(&ends) == 0 else { throw Errno(rawValue: errno) }
        let (reading, writing) = (ends[0], ends[1])
        try setCloseOnExec(true, of: reading)
        try setCloseOnExec(true, of: writing)
        _ = fcntl(reading, F_SETFL, O_NONBLOCK)
        pid = fork()
        guard pid >= 0 else {
            let error = Errno(rawValue: errno)
            for end in ends { close(end) }
            throw error
        }
        if pid == 0 {
            body(writing)
            _exit(127)
        }
        close(writing)
        descriptor = reading
    }
}
