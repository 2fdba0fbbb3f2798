import Foundation

/// Ports of 127.0.0.1 that nobody has, each another: for programs that are told a port and open it themselves. Nothing keeps them free, but the
/// kernel gives out one such port after the other.
public func freePorts(_ count: Int) throws -> [UInt16] {
    var descriptors: [CInt] = []
    defer { for descriptor in descriptors { close(descriptor) } }
    return try (0..<count).map { _ in
        let descriptor = socket(AF_INET, CInt(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        descriptors.append(descriptor)
        guard withLoopbackAddress(port: 0, { bind(descriptor, $0, $1) }) == 0, let port = loopbackPort(of: descriptor) else {
            throw POSIXError(POSIXErrorCode(rawValue: errno) ?? .EIO)
        }
        return port
    }
}
