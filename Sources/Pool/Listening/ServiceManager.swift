import Glibc
import SystemPackage
import Waiting

/// What systemd and its like are to the master: they may hand it its socket, and want to be told how it is. Both are plain protocols, so there is no
/// libsystemd: sd_listen_fds(3) and sd_notify(3).
struct ServiceManager {
    /// What it is told.
    enum Notice: Equatable {
        /// Requests are answered: after the start, and after each reload.
        case ready
        /// A reload has begun; ``ready`` ends it.
        case reloading
        /// The pool ends.
        case stopping
        /// Another process is the master now.
        case mainPID(pid_t)

        /// The lines of the datagram.
        fileprivate var text: String {
            switch self {
            case .ready: "READY=1"
            // systemd tells by the time whether this answers its own request, or an earlier one.
            case .reloading: "RELOADING=1\nMONOTONIC_USEC=\(monotonicMicroseconds())"
            case .stopping: "STOPPING=1"
            case .mainPID(let pid): "MAINPID=\(pid)"
            }
        }
    }

    /// The variable that names the socket. It stays set, for the master that takes this one's place.
    private static let socketVariable = "NOTIFY_SOCKET"
    /// The first descriptor that it hands over: `SD_LISTEN_FDS_START`.
    private static let firstDescriptor: CInt = 3
    /// More than anybody hands over; keeps a wrong number from being gone through.
    private static let mostDescriptors: CInt = 1_024

    /// Where it listens: a path, or `@` and the name of an abstract socket; nil where there is no service manager.
    private let socket: String?

    /// The one that started this process.
    init(environment: (String) -> String? = ProcessEnvironment.value) { socket = environment(Self.socketVariable) }

    /// Says all of it in one datagram. Never waits, and never fails: who does not listen does not want to know.
    func notify(_ notices: Notice...) {
        guard let socket, let address = Self.address(of: socket) else { return }
        let descriptor = Glibc.socket(AF_UNIX, CInt(SOCK_DGRAM.rawValue | SOCK_CLOEXEC.rawValue | SOCK_NONBLOCK.rawValue), 0)
        guard descriptor >= 0 else { return }
        defer { close(descriptor) }
        let text = notices.map(\.text).joined(separator: "\n")
        let flags = CInt(MSG_NOSIGNAL | MSG_DONTWAIT)
        withUnsafeBytes(of: address.value) { bytes in
            bytes.withMemoryRebound(to: sockaddr.self) {
                _ = sendto(descriptor, text, text.utf8.count, flags, $0.baseAddress, address.length)
            }
        }
    }

    /// The address that NOTIFY_SOCKET means; nil where it is none of a Unix socket.
    private static func address(of name: String) -> (value: sockaddr_un, length: socklen_t)? {
        var address = sockaddr_un()
        var bytes = Array(name.utf8)
        guard name.first == "/" || name.first == "@", (2..<MemoryLayout.size(ofValue: address.sun_path)).contains(bytes.count) else { return nil }
        // The name of an abstract socket is all of its bytes, without a NUL at the end.
        if name.first == "@" { bytes[0] = 0 } else { bytes.append(0) }
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: bytes) }
        return (address, socklen_t(MemoryLayout<sa_family_t>.size + bytes.count))
    }
}

extension ServiceManager {
    /// The descriptors that were handed over; none where they were meant for another process, as the variables can come down from one.
    ///
    /// - Parameter pid: this process's.
    static func inheritedDescriptors(environment: (String) -> String?, pid: pid_t = getpid()) -> Range<CInt> {
        let none = firstDescriptor..<firstDescriptor
        guard environment("LISTEN_PID").flatMap({ pid_t($0) }) == pid, let count = environment("LISTEN_FDS").flatMap({ CInt($0) }) else {
            return none
        }
        guard (0...mostDescriptors).contains(count) else { return none }
        return firstDescriptor..<firstDescriptor + count
    }

    /// The descriptors that were handed to this process, once: the variables are gone afterwards, and `exec` closes the descriptors.
    static func takeDescriptors() -> Range<CInt> {
        let descriptors = inheritedDescriptors(environment: ProcessEnvironment.value)
        for variable in ["LISTEN_PID", "LISTEN_FDS", "LISTEN_FDNAMES"] { ProcessEnvironment.remove(variable) }
        for descriptor in descriptors { try? setCloseOnExec(true, of: descriptor) }
        return descriptors
    }

    /// Chooses the socket to serve at: the one at the address; else, where there is but one, that, with the address that it has.
    ///
    /// - Returns: nil where there is none at all. Throws `EADDRNOTAVAIL` where there are some and none will do: to listen at a socket of one's own
    ///   then would leave those unanswered that were handed over.
    static func choose(from descriptors: Range<CInt>, for address: ListenAddress) throws(Errno) -> (descriptor: CInt, address: ListenAddress)? {
        guard let first = descriptors.first else { return nil }
        if let match = descriptors.first(where: { ListenAddress(of: $0)?.isSame(as: address) == true }) { return (match, address) }
        guard descriptors.count == 1, let own = ListenAddress(of: first) else { throw .addressNotAvailable }
        return (first, own)
    }
}
