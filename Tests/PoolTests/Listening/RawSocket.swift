import Foundation
import Support

@testable import Pool

/// A socket as whoever starts a master hands it over: it blocks, and `exec` leaves it open.
///
/// A listener that opens its socket itself sets the umask of the process meanwhile, and so of all tests: that is tested with real processes.
struct RawSocket: ~Copyable {
    let descriptor: CInt

    /// Binds, and listens if that is wanted.
    init(_ address: ListenAddress, type: CInt = CInt(SOCK_STREAM.rawValue), backlog: CInt? = 16) throws {
        let descriptor = socket(address.family, type, 0)
        let bound = address.withSocketAddress { bind(descriptor, $0, $1) }
        guard bound == 0, backlog.map({ listen(descriptor, $0) == 0 }) ?? true else {
            let code = errno
            close(descriptor)
            throw POSIXError(POSIXErrorCode(rawValue: code) ?? .EIO)
        }
        self.descriptor = descriptor
    }

    /// Connects, without waiting where nobody accepts.
    init(connectedTo address: ListenAddress) throws {
        let descriptor = socket(address.family, CInt(SOCK_STREAM.rawValue | SOCK_NONBLOCK.rawValue), 0)
        let connected = address.withSocketAddress { connect(descriptor, $0, $1) }
        guard connected == 0 || errno == EINPROGRESS else {
            let code = errno
            close(descriptor)
            throw POSIXError(POSIXErrorCode(rawValue: code) ?? .EIO)
        }
        self.descriptor = descriptor
    }

    deinit { close(descriptor) }

    /// The descriptor, which is somebody else's to close from now on.
    consuming func handedOver() -> CInt {
        let descriptor = descriptor
        discard self
        return descriptor
    }
}

/// Addresses that nobody listens at.
enum FreeAddress {
    /// A path in a new folder.
    static func unix() -> ListenAddress { .unix(path: "\(Run.makeFolder("listen", for: .invoker))/debrief.sock") }

    /// For a bind: the kernel chooses the port.
    static let tcp = ListenAddress.tcp(address: "127.0.0.1", port: 0)
}
