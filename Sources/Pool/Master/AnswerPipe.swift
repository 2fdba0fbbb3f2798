import Glibc
import SystemPackage

/// A pipe by which a child tells the master something; exec closes both ends. The C function is `pipe`.
struct AnswerPipe {
    /// For the master, who never waits at it.
    let reading: CInt
    /// For the child.
    let writing: CInt

    init() throws(Errno) {
        var ends: [CInt] = [0, 0]
        guard pipe(&ends) == 0 else { throw Errno(rawValue: errno) }
        (reading, writing) = (ends[0], ends[1])
        try setCloseOnExec(true, of: reading)
        try setCloseOnExec(true, of: writing)
        _ = fcntl(reading, F_SETFL, O_NONBLOCK)
    }

    /// Closes both ends, where there is no child.
    func close() {
        Glibc.close(reading)
        Glibc.close(writing)
    }
}
