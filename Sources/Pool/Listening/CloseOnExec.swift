import Glibc
import SystemPackage

/// Says whether `exec` closes a descriptor, or hands it on to the program. The C function is `fcntl` with `F_SETFD`.
func setCloseOnExec(_ isClosed: Bool, of descriptor: CInt) throws(Errno) {
    guard fcntl(descriptor, F_SETFD, isClosed ? FD_CLOEXEC : 0) == 0 else { throw Errno(rawValue: errno) }
}
