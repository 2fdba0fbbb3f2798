import CProcess
import Glibc
import SystemPackage

/// Where the pool listens for nginx.
public enum ListenAddress: Equatable, Sendable {
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
}

/// The socket whose queue all workers accept from. Opened once, by the master.
struct Listener: ~Copyable {
    let descriptor: CInt
    private let address: ListenAddress

    /// Binds and listens. A socket file that nobody listens at, as a killed master leaves it, is replaced; one that somebody does is `EADDRINUSE`.
    init(_ address: ListenAddress, backlog: Int) throws(Errno) {
        let descriptor = socket(address.family, CInt(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue | SOCK_NONBLOCK.rawValue), 0)
        guard descriptor >= 0 else { throw Errno(rawValue: errno) }
        do throws(Errno) {
            if case .unix(let path) = address { try Self.removeStale(path, address) }
            try Self.bind(descriptor, to: address)
            guard listen(descriptor, CInt(clamping: backlog)) == 0 else { throw Errno(rawValue: errno) }
        } catch {
            close(descriptor)
            throw error
        }
        self.descriptor = descriptor
        self.address = address
    }

    deinit { close(descriptor) }

    /// The kernel's cap on what a backlog may be; nil where it does not say.
    static var largestBacklog: Int? {
        let file = try? FileDescriptor.open("/proc/sys/net/core/somaxconn", .readOnly)
        guard let file else { return nil }
        var digits = [UInt8](repeating: 0, count: 20)
        let count = (try? file.closeAfter { try digits.withUnsafeMutableBytes { try file.read(into: $0) } }) ?? 0
        return Int(String(decoding: digits[..<count], as: UTF8.self).prefix { $0.isNumber })
    }

    /// Takes the socket's file away, so that who connects is refused at once. For the master alone, at its end.
    func removeFile() {
        if case .unix(let path) = address { unlink(path) }
    }

    /// Accepts a connection; nil where another worker was faster or the peer has left again.
    func accept() throws(Errno) -> CInt? {
        let connection = debrief_accept(descriptor)
        guard connection < 0 else { return connection }
        switch errno {
        case EAGAIN, EINTR, ECONNABORTED: return nil
        default: throw Errno(rawValue: errno)
        }
    }

    private static func bind(_ descriptor: CInt, to address: ListenAddress) throws(Errno) {
        var yes: CInt = 1
        setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &yes, socklen_t(MemoryLayout.size(ofValue: yes)))
        // nginx connects through the group; nobody else may.
        let mask = umask(0o117)
        defer { umask(mask) }
        guard address.withSocketAddress({ Glibc.bind(descriptor, $0, $1) }) == 0 else { throw Errno(rawValue: errno) }
    }

    private static func removeStale(_ path: String, _ address: ListenAddress) throws(Errno) {
        let probe = socket(AF_UNIX, CInt(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        guard probe >= 0 else { throw Errno(rawValue: errno) }
        defer { close(probe) }
        let connected = address.withSocketAddress { connect(probe, $0, $1) }
        if connected == 0 { throw .addressInUse }
        guard errno == ECONNREFUSED else { return }
        // A file that is no socket refuses a connection, too; whoever named it as DEBRIEF_LISTEN did not mean to lose it.
        var status = stat()
        guard stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFSOCK else { throw .notSocket }
        unlink(path)
    }
}

extension ListenAddress {
    fileprivate var family: CInt {
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
