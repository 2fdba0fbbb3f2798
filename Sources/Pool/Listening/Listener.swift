import CProcess
import Glibc
import SystemPackage
import Waiting

/// The socket whose queue all workers accept from. Opened once, by the master, or by whoever started it: a master before it, or a service manager.
struct Listener: ~Copyable {
    let descriptor: CInt
    /// Where it listens.
    let address: ListenAddress
    /// The socket's file; nil where there is none, or it is for somebody else to remove.
    private let file: FileIdentity?

    /// Binds and listens. A socket file that nobody listens at, as a killed master leaves it, is replaced; where somebody does,
    /// still after a second, it is `EADDRINUSE`.
    init(_ address: ListenAddress, backlog: Int) throws(Errno) {
        let descriptor = socket(address.family, CInt(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue | SOCK_NONBLOCK.rawValue), 0)
        guard descriptor >= 0 else { throw Errno(rawValue: errno) }
        let file: FileIdentity?
        do throws(Errno) {
            file = try Self.open(descriptor, at: address, backlog: backlog)
        } catch {
            close(descriptor)
            throw error
        }
        self.descriptor = descriptor
        self.address = address
        self.file = file
    }

    /// Takes over a socket that listens already, and sets its backlog anew.
    ///
    /// - Parameters:
    ///   - descriptor: the socket. Where this throws it stays the caller's.
    ///   - isOwner: whether its file is to be removed at the end: not where a service manager made it.
    ///   - address: where it has to listen; a path may be spelt otherwise than by whoever bound it.
    ///
    /// Throws `ENOTSOCK` where it is no socket, `EPROTOTYPE` where it is none for streams, `EINVAL` where it does not listen, and `EADDRNOTAVAIL`
    /// where it listens elsewhere.
    init(inheriting descriptor: CInt, isOwner: Bool, address: ListenAddress, backlog: Int) throws(Errno) {
        guard try socketOption(SO_TYPE, of: descriptor) == CInt(SOCK_STREAM.rawValue) else { throw .protocolWrongTypeForSocket }
        guard try socketOption(SO_ACCEPTCONN, of: descriptor) != 0 else { throw .invalidArgument }
        guard ListenAddress(of: descriptor)?.isSame(as: address) == true else { throw .addressNotAvailable }
        try setCloseOnExec(true, of: descriptor)
        let flags = fcntl(descriptor, F_GETFL)
        guard flags >= 0, fcntl(descriptor, F_SETFL, flags | O_NONBLOCK) == 0, listen(descriptor, CInt(clamping: backlog)) == 0 else {
            throw Errno(rawValue: errno)
        }
        self.descriptor = descriptor
        self.address = address
        if isOwner, case .unix(let path) = address { file = FileIdentity(path) } else { file = nil }
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

    /// Whether the file at the address is this socket's, and is to be removed at the end: what a new master has to be told when it takes over.
    var ownsFile: Bool {
        guard let file, case .unix(let path) = address else { return false }
        return FileIdentity(path) == file
    }

    /// Gives the socket's file, where it is this one's, to an account; not another file that whoever may write in the folder has put in its place.
    func giveFile(to account: Account) throws(Errno) {
        guard ownsFile, case .unix(let path) = address else { return }
        let file = debrief_open_path(path)
        guard file >= 0 else { throw Errno(rawValue: errno) }
        defer { close(file) }
        guard debrief_give_file(file, account.user, account.group) == 0 else { throw Errno(rawValue: errno) }
    }

    /// Takes the socket's file away, so that who connects is refused at once; never another's that is there by now. For the master alone, at its end.
    func removeFile() {
        if ownsFile, case .unix(let path) = address { unlink(path) }
    }

    /// Sets anew how many connections may wait.
    func setBacklog(_ backlog: Int) { listen(descriptor, CInt(clamping: backlog)) }

    /// Accepts a connection; nil where another worker was faster or the peer has left again.
    func accept() throws(Errno) -> CInt? {
        let connection = debrief_accept(descriptor)
        guard connection < 0 else { return connection }
        switch errno {
        case EAGAIN, EINTR, ECONNABORTED: return nil
        default: throw Errno(rawValue: errno)
        }
    }

    /// Binds and listens; returns the file that this made.
    private static func open(_ descriptor: CInt, at address: ListenAddress, backlog: Int) throws(Errno) -> FileIdentity? {
        try onceFree { () throws(Errno) in
            if case .unix(let path) = address { try removeStale(path, address) }
            try bind(descriptor, to: address)
        }
        guard case .unix(let path) = address else {
            guard listen(descriptor, CInt(clamping: backlog)) == 0 else { throw Errno(rawValue: errno) }
            return nil
        }
        let file = FileIdentity(path)
        guard listen(descriptor, CInt(clamping: backlog)) == 0 else { throw Errno(rawValue: errno) }
        // Another that started at the same moment could take the file for a stale one as long as nobody listened at it.
        guard let file, file == FileIdentity(path) else { throw .addressInUse }
        return file
    }

    private static func bind(_ descriptor: CInt, to address: ListenAddress) throws(Errno) {
        var yes: CInt = 1
        setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &yes, socklen_t(MemoryLayout.size(ofValue: yes)))
        // nginx connects through the group; nobody else may.
        let mask = umask(0o117)
        defer { umask(mask) }
        guard address.withSocketAddress({ Glibc.bind(descriptor, $0, $1) }) == 0 else { throw Errno(rawValue: errno) }
    }

    /// Tries again where the address is in use, for a second: the workers of a master that was killed may take that long to end, and hold its socket.
    private static func onceFree(_ attempt: () throws(Errno) -> Void) throws(Errno) {
        let deadline = Deadline.after(milliseconds: 1_000)
        // Few times: each costs those who may serve there a connection.
        var milliseconds: CInt = 50
        while true {
            do throws(Errno) {
                return try attempt()
            } catch {
                guard error == .addressInUse, !deadline.hasPassed else { throw error }
            }
            pause(milliseconds: milliseconds, until: deadline)
            milliseconds *= 2
        }
    }

    private static func removeStale(_ path: String, _ address: ListenAddress) throws(Errno) {
        let answer = try probe(address)
        if answer == 0 || answer == EAGAIN { throw .addressInUse }
        guard answer == ECONNREFUSED else { return }
        // A file that is no socket refuses a connection, too; whoever named it as DEBRIEF_LISTEN did not mean to lose it.
        var status = stat()
        guard stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFSOCK else { throw .notSocket }
        unlink(path)
    }

    /// Connects, and hangs up. Returns 0 where somebody listens, and the error's number else; EAGAIN where somebody does whose queue is full.
    private static func probe(_ address: ListenAddress) throws(Errno) -> CInt {
        let probe = socket(AF_UNIX, CInt(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue | SOCK_NONBLOCK.rawValue), 0)
        guard probe >= 0 else { throw Errno(rawValue: errno) }
        defer { close(probe) }
        return address.withSocketAddress { connect(probe, $0, $1) } == 0 ? 0 : errno
    }
}

/// An option of a socket that is a number. The C function is `getsockopt` with `SOL_SOCKET`.
private func socketOption(_ option: CInt, of descriptor: CInt) throws(Errno) -> CInt {
    var value: CInt = 0
    var length = socklen_t(MemoryLayout.size(ofValue: value))
    guard getsockopt(descriptor, SOL_SOCKET, option, &value, &length) == 0 else { throw Errno(rawValue: errno) }
    return value
}
