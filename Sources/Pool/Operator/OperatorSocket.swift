import Glibc
import SystemPackage

/// Where operators ask: `operator.sock` in the folder of the control socket. The master holds it, and each operator's process inherits it: who
/// connects while one process takes the other's place waits for the next.
struct OperatorSocket: ~Copyable {
    /// Monitoring asks a few times a minute.
    private static let backlog = 128

    let listener: Listener
    private let path: String
    private let file: FileIdentity?

    /// Binds to a name of this process, then takes the name that nginx knows, from whatever master has it, so that at no moment nobody
    /// listens.
    ///
    /// The C function is `rename`.
    ///
    /// - Parameter account: whose it is to be; nil where it is the master's.
    init(besideControl control: String, for account: Account?) throws(Errno) {
        let folder = control.lastIndex(of: "/").map { String(control[...$0]) } ?? "./"
        let temporary = "\(folder).op\(getpid())"
        guard let address = ListenAddress(path: temporary) else { throw .fileNameTooLong }
        let path = "\(folder)operator.sock"
        let listener = try Listener(address, backlog: Self.backlog)
        if let account {
            do throws(Errno) {
                try listener.giveFile(to: account)
            } catch {
                unlink(temporary)
                throw error
            }
        }
        guard rename(temporary, path) == 0 else {
            let error = Errno(rawValue: errno)
            unlink(temporary)
            throw error
        }
        self.path = path
        file = FileIdentity(path)
        self.listener = listener
    }

    /// Runs the operator's process in a child that the master has forked for it, see ``Operator/run(_:_:listener:workers:master:log:)``.
    func serve(_ options: PoolOptions, _ scoreboard: Scoreboard, workers: borrowing Listener, master: pid_t, log file: LogFile) -> CInt {
        Operator.run(options, scoreboard, listener: listener, workers: workers, master: master, log: file)
    }

    /// Takes the file away, at the master's end.
    func removeFile() {
        if FileIdentity(path) == file { unlink(path) }
    }
}
