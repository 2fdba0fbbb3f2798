import Glibc

/// Where the pool listens for nginx.
public enum ListenAddress: Equatable, Sendable, CustomStringConvertible {
    /// A Unix socket by its path.
    case unix(path: String)
    /// TCP on a loopback address: FastCGI has no authentication, so it must never be reached from elsewhere.
    case tcp(address: String, port: UInt16)

    /// The longest path that fits `sockaddr_un`, its ending NUL left out.
    private static let longestPath = 107

    /// Reads `127.0.0.1:9000`, or a path, also as nginx writes it, with `unix:` before it; nil where it is neither. A path that holds a colon begins
    /// with `/` or `.`.
    public init?(parsing text: String) {
        let text = text.hasPrefix("unix:") ? String(text.dropFirst("unix:".count)) : text
        if let colon = text.lastIndex(of: ":"), text.first != "/", text.first != "." {
            let address = text[..<colon] == "localhost" ? "127.0.0.1" : String(text[..<colon])
            guard address.hasPrefix("127."), inet_addr(address) != INADDR_NONE, let port = UInt16(text[text.index(after: colon)...]), port > 0
            else { return nil }
            self = .tcp(address: address, port: port)
        } else {
            guard (1...Self.longestPath).contains(text.utf8.count) else { return nil }
            self = .unix(path: text)
        }
    }

    /// As it is set: a path, or an address and a port.
    public var description: String {
        switch self {
        case .unix(let path): path
        case .tcp(let address, let port): "\(address):\(port)"
        }
    }
}

extension ListenAddress {
    /// The address that a socket is bound to; nil where nobody may listen for FastCGI there, or it has no name. The C function is `getsockname`.
    init?(of descriptor: CInt) {
        var storage = sockaddr_storage()
        var length = socklen_t(MemoryLayout.size(ofValue: storage))
        let text = withUnsafeMutableBytes(of: &storage) { bytes -> String? in
            let failed = bytes.withMemoryRebound(to: sockaddr.self) { getsockname(descriptor, $0.baseAddress, &length) }
            guard failed == 0, length > MemoryLayout<sa_family_t>.size else { return nil }
            switch CInt(bytes.load(as: sa_family_t.self)) {
            case AF_UNIX:
                // The name of an abstract socket begins with a NUL; a path may or may not end with one.
                let path = bytes[MemoryLayout<sa_family_t>.size..<min(Int(length), bytes.count)].prefix { $0 != 0 }
                return path.isEmpty ? nil : "unix:\(String(decoding: path, as: UTF8.self))"
            case AF_INET:
                let address = bytes.load(as: sockaddr_in.self)
                let octets = withUnsafeBytes(of: address.sin_addr.s_addr) { $0.map { "\($0)" } }
                return "\(octets.joined(separator: ".")):\(UInt16(bigEndian: address.sin_port))"
            default:
                return nil
            }
        }
        guard let text, let address = text.hasPrefix("unix:") ? .unix(path: String(text.dropFirst(5))) : ListenAddress(parsing: text) else {
            return nil
        }
        self = address
    }

    /// Whether both lead to the same socket, however they are spelt: `127.1` is `127.0.0.1`, and two paths may lead to one file.
    func isSame(as other: ListenAddress) -> Bool {
        switch (self, other) {
        case (.unix(let path), .unix(let otherPath)):
            path == otherPath || FileIdentity(following: path).map { $0 == FileIdentity(following: otherPath) } ?? false
        case (.tcp(let address, let port), .tcp(let otherAddress, let otherPort)):
            port == otherPort && inet_addr(address) == inet_addr(otherAddress)
        default:
            false
        }
    }

    /// AF_UNIX or AF_INET.
    var family: CInt {
        switch self {
        case .unix: AF_UNIX
        case .tcp: AF_INET
        }
    }

    /// The address of a Unix socket, whatever characters its path has; nil where the path does not fit.
    init?(path: String) {
        guard (1...Self.longestPath).contains(path.utf8.count) else { return nil }
        self = .unix(path: path)
    }

    /// Lends the address as the C functions take it.
    func withSocketAddress<R>(_ body: (UnsafePointer<sockaddr>, socklen_t) -> R) -> R {
        func lend<T>(_ address: T) -> R {
            withUnsafeBytes(of: address) { bytes in
                bytes.withMemoryRebound(to: sockaddr.self) { addresses in
                    guard let first = addresses.baseAddress else { preconditionFailure("an address has bytes") }
                    return body(first, socklen_t(MemoryLayout<T>.size))
                }
            }
        }
        switch self {
        case .unix(let path):
            var address = sockaddr_un()
            address.sun_family = sa_family_t(AF_UNIX)
            withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8.prefix(Self.longestPath)) }
            return lend(address)
        case .tcp(let host, let port):
            var address = sockaddr_in()
            address.sin_family = sa_family_t(AF_INET)
            address.sin_port = port.bigEndian
            address.sin_addr.s_addr = inet_addr(host)
            return lend(address)
        }
    }
}
