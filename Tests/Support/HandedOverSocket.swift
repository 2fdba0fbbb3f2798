import Foundation

/// A listening socket that a test makes, and hands to a master as systemd would: the test's own stays open, whatever becomes of the master.
final class HandedOverSocket: Sendable {
    let descriptor: CInt
    /// As DEBRIEF_LISTEN and nginx name it.
    let address: String

    /// On the loopback interface, at a port that the kernel chooses: so there is none to guess, and none that another test could take meanwhile.
    init() throws {
        let descriptor = socket(AF_INET, CInt(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        let bound = withLoopbackAddress(port: 0) { bind(descriptor, $0, $1) }
        guard bound == 0, listen(descriptor, 16) == 0, let port = loopbackPort(of: descriptor) else {
            throw POSIXError(POSIXErrorCode(rawValue: errno) ?? .EIO)
        }
        self.descriptor = descriptor
        address = "127.0.0.1:\(port)"
    }

    /// At a path, where nginx may connect.
    init(path: String) throws {
        let descriptor = socket(AF_UNIX, CInt(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        let bound = withUnixAddress(path) { bind(descriptor, $0, $1) }
        guard bound == 0, listen(descriptor, 16) == 0 else { throw POSIXError(POSIXErrorCode(rawValue: errno) ?? .EIO) }
        chmod(path, 0o660)
        if Run.isRoot, let debrief = Account.debrief.ids { chown(path, debrief.user, debrief.group) }
        self.descriptor = descriptor
        address = path
    }

    deinit { close(descriptor) }

    /// What stands before a command that the socket is handed to, since only the new process knows its own id.
    static let prefix = ["/bin/sh", "-c", #"LISTEN_FDS=1 LISTEN_PID=$$; export LISTEN_FDS LISTEN_PID; exec "$@""#, "sh"]
}

/// Lends the address of a port of 127.0.0.1 as the C functions take it.
func withLoopbackAddress<R>(port: UInt16, _ body: (UnsafePointer<sockaddr>, socklen_t) -> R) -> R {
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = port.bigEndian
    address.sin_addr.s_addr = inet_addr("127.0.0.1")
    return withUnsafePointer(to: &address) {
        $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { body($0, socklen_t(MemoryLayout<sockaddr_in>.size)) }
    }
}

/// The port that a socket is bound to.
func loopbackPort(of descriptor: CInt) -> UInt16? {
    var address = sockaddr_in()
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    let failed = withUnsafeMutablePointer(to: &address) {
        $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { getsockname(descriptor, $0, &length) }
    }
    return failed == 0 ? UInt16(bigEndian: address.sin_port) : nil
}
