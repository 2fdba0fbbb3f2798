import CProcess
import Glibc
import SystemPackage
import Waiting

/// The master's end of the control socket.
///
/// Nothing here waits: ``waits`` and ``deadline`` go into the one wait of the master's loop, and what is ready is done by ``commands()``. A client
/// asks one thing; the master answers it when it has happened, whatever else it does meanwhile.
struct ControlServer: ~Copyable {
    private let descriptor: CInt
    private let path: String
    private let file: FileIdentity
    private let patienceMilliseconds: Int
    private var clients: [ControlConnection] = []
    private var acceptedCount = 0
    /// Until when nobody is accepted, for a lack of descriptors: who waits in the queue would keep the master awake.
    private var rest: Deadline?
    /// That lack, from when it was found to when somebody was accepted again.
    private(set) var shortage: Errno?

    /// More than there are people and programs that would ask at once. Further ones wait in the socket's queue.
    static let mostClients = 64
    private static let restMilliseconds = 200

    /// Listens at a path, also where another master does or did: the new socket takes the place of the old one's file in one step, so nobody who
    /// connects meanwhile is refused.
    ///
    /// Only root and the master's own account may connect.
    ///
    /// - Parameters:
    ///   - path: of at most 95 bytes.
    ///   - patienceMilliseconds: how long a client may take to ask, and to read its answer.
    /// - Throws: `ENAMETOOLONG`, `ENOTSOCK` where the path is that of another kind of file, or what a system call says.
    init(path: String, patienceMilliseconds: Int = 5_000) throws(Errno) {
        // Of this process alone, and beside the path: a rename cannot cross file systems.
        let temporary = "\(path).\(getpid())"
        guard let address = ListenAddress(path: temporary) else { throw .fileNameTooLong }
        if let there = FileIdentity(path), !there.isSocket { throw .notSocket }

        let descriptor = socket(AF_UNIX, CInt(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue | SOCK_NONBLOCK.rawValue), 0)
        guard descriptor >= 0 else { throw Errno(rawValue: errno) }
        do throws(Errno) {
            file = try Self.listen(descriptor, at: address, temporary: temporary, path: path)
        } catch {
            close(descriptor)
            throw error
        }
        self.descriptor = descriptor
        self.path = path
        self.patienceMilliseconds = patienceMilliseconds
    }

    deinit { close(descriptor) }

    private static func listen(_ descriptor: CInt, at address: ListenAddress, temporary: String, path: String) throws(Errno) -> FileIdentity {
        // Left behind by a process with this id that was killed in the middle.
        unlink(temporary)
        // A socket's mode at its bind is that of the file; so it is never open to others, not for a moment.
        guard fchmod(descriptor, 0o600) == 0, address.withSocketAddress({ bind(descriptor, $0, $1) }) == 0 else { throw Errno(rawValue: errno) }
        guard Glibc.listen(descriptor, CInt(mostClients)) == 0, let file = FileIdentity(temporary), rename(temporary, path) == 0 else {
            let error = Errno(rawValue: errno)
            unlink(temporary)
            throw error
        }
        return file
    }

    /// What the loop is to wait for.
    var waits: [(descriptor: CInt, readiness: Readiness)] {
        let listening = clients.count < Self.mostClients && rest == nil ? [(descriptor: descriptor, readiness: Readiness.readable)] : []
        return listening + clients.map { ($0.descriptor, $0.readiness) }
    }

    /// When ``commands()`` is to be called at the latest; nil where no client has a limit.
    var deadline: Deadline? { (clients.map(\.deadline) + [rest]).compactMap(\.self).min() }

    /// Accepts, reads and sends what can be without waiting.
    ///
    /// - Returns: the commands that came, in the order in which their clients did.
    mutating func commands() -> [(command: ControlCommand, client: ControlClientID)] {
        accept()
        let asked = clients.compactMap { client in client.step().map { (command: $0, client: client.id) } }
        clients.removeAll(where: \.isOver)
        return asked
    }

    /// Answers a client: as much as it takes now; ``commands()`` sends the rest. One that has hung up meanwhile is passed over.
    ///
    /// The connection ends behind the answer; behind that to a `stop` which was done, it ends with this process.
    mutating func answer(_ client: ControlClientID, status: Int, text: String) {
        clients.first { $0.id == client }?.answer(ControlAnswer(status: status, text: text))
        clients.removeAll(where: \.isOver)
    }

    /// Takes the socket's file away, unless a new master has put its own in its place. For the master, at its end.
    func removeFile() {
        if FileIdentity(path) == file { unlink(path) }
    }

    private mutating func accept() {
        guard rest?.hasPassed != false else { return }
        rest = nil
        while clients.count < Self.mostClients {
            let connection = debrief_accept(descriptor)
            guard connection >= 0 else {
                let error = Errno(rawValue: errno)
                guard error.isShortage else { return }
                rest = .after(milliseconds: Self.restMilliseconds)
                shortage = error
                return
            }
            shortage = nil
            // Beside the mode of the file, which whoever owns it can change.
            let user = debrief_peer_user(connection)
            guard user == 0 || user == Int64(geteuid()) else {
                close(connection)
                continue
            }
            acceptedCount += 1
            let id = ControlClientID(number: acceptedCount)
            clients.append(ControlConnection(id, descriptor: connection, patienceMilliseconds: patienceMilliseconds))
        }
    }
}
