import CProcess
import Glibc
import Logging
import Synchronization
import SystemPackage

/// Where the log goes: a file, else standard error. The master opens it, its children inherit it.
///
/// A log never stops or delays who writes to it: a line that cannot be written at once is left out and counted. So nothing here waits, whatever
/// the descriptor is.
///
/// - A file is written to as ever, `O_APPEND`, a line in one `write`, so that lines of several processes do not mix.
/// - A socket, as systemd gives for standard error, is told at each line not to wait.
/// - A pipe has no such call, and to look first whether there is room is no help, where another process takes it meanwhile. It has to be
///   `O_NONBLOCK`; but that would hold for everyone who shares the open file, such as the shell that started us. So it is opened anew through
///   `/proc`, which gives an open file of our own; a terminal, too, which a key can stop. Only where that is refused, since the pipe is another
///   account's, is the flag set on what is shared: it is a supervisor's then, who made it for this log.
final class LogFile: Sendable {
    /// The file; nil for standard error.
    private let path: String?
    /// The same number from one ``reopen(_:)`` to the next.
    let descriptor: CInt
    /// Whose the file is to be, so that workers, too, can open it anew; nil where it is who opens it.
    private let account: Account?
    private let isSocket: Bool
    private let failures = Atomic<Int>(0)
    /// Whether the last line was only written in part, so that what follows has to begin on a line of its own.
    private let isCut = Atomic<Bool>(false)

    /// Opens the file. Where that fails the log goes to standard error until it can be reopened, and says so.
    init(_ path: String?, for account: Account? = nil) {
        // A reader that is gone, and a limit on the size of files, are errors of the write.
        debrief_ignore_signal(SIGPIPE)
        debrief_ignore_signal(SIGXFSZ)
        self.path = path
        self.account = account
        var failure: Errno?
        if let path {
            do throws(Errno) {
                descriptor = try Self.open(path, for: account)
            } catch {
                failure = error
                descriptor = fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 3)
            }
        } else {
            descriptor = Self.openStandardError()
        }
        isSocket = Self.kind(of: descriptor) == S_IFSOCK
        if let failure {
            let metadata: Logger.Metadata = ["error": "\(failure)", "path": "\(path ?? "")"]
            logger(level: .error).error("the log cannot be opened, and goes to standard error until a USR1", metadata: metadata)
            failures.add(1, ordering: .relaxed)
        }
    }

    deinit {
        if descriptor != STDERR_FILENO { close(descriptor) }
    }

    /// A logger that writes here, with this in each of its entries.
    func logger(level: Logger.Level, _ metadata: Logger.Metadata = [:]) -> Logger {
        var handler = JSONLogHandler(level: level, file: self)
        handler.metadata = metadata
        return Logger(label: "debrief") { _ in handler }
    }

    /// Opens the file again by its path, as it is to be done after it was renamed. Where that fails the old one stays, and that is said there.
    func reopen(_ log: Logger) {
        guard let path else { return }
        do throws(Errno) {
            let opened = try Self.open(path, for: account)
            // In one step, and to the same number. It was closed by exec, and has to be still.
            dup2(opened, descriptor)
            _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
            close(opened)
        } catch {
            failures.add(1, ordering: .relaxed)
            log.error("the log cannot be reopened", metadata: ["error": "\(error)", "path": "\(path)"])
        }
    }

    /// Writes a line, its end included, or what can be written of it at once.
    func write(_ line: RawSpan) {
        line.withUnsafeBytes { bytes in
            var newline = UInt8(ascii: "\n")
            if isCut.load(ordering: .relaxed), put(&newline, 1) == 1 { isCut.store(false, ordering: .relaxed) }
            let written = put(bytes.baseAddress, bytes.count)
            guard written < bytes.count else { return }
            failures.add(1, ordering: .relaxed)
            if written > 0 { isCut.store(true, ordering: .relaxed) }
        }
    }

    /// How many lines, and attempts to open the file, have failed since this was asked last.
    func takeFailures() -> Int {
        failures.load(ordering: .relaxed) == 0 ? 0 : failures.exchange(0, ordering: .relaxed)
    }

    /// The C functions are `write`, and `send` for a socket.
    private func put(_ bytes: UnsafeRawPointer?, _ count: Int) -> Int {
        isSocket ? send(descriptor, bytes, count, CInt(MSG_DONTWAIT | MSG_NOSIGNAL)) : Glibc.write(descriptor, bytes, count)
    }

    /// A named pipe, too, must not keep who writes to it, or who opens it, waiting.
    private static func open(_ path: String, for account: Account?) throws(Errno) -> CInt {
        let flags = O_WRONLY | O_APPEND | O_CREAT | O_NONBLOCK | O_NOCTTY | O_CLOEXEC
        guard let account, geteuid() == 0 else {
            let descriptor = Glibc.open(path, flags, 0o640)
            guard descriptor >= 0 else { throw Errno(rawValue: errno) }
            return descriptor
        }
        // With the account's rights first: where it may write in the folder, it could have put a link there that root must not follow.
        let descriptor = debrief_open_as(account.user, account.group, path, flags, 0o640)
        guard descriptor < 0, errno == EACCES else {
            guard descriptor >= 0 else { throw Errno(rawValue: errno) }
            return descriptor
        }
        return try openAsRoot(path, flags | O_NOFOLLOW, giveTo: account)
    }

    /// In a folder that is root's, and what is made there, or was, becomes the account's, as nginx has it.
    private static func openAsRoot(_ path: String, _ flags: CInt, giveTo account: Account) throws(Errno) -> CInt {
        let descriptor = Glibc.open(path, flags, 0o640)
        guard descriptor >= 0 else { throw Errno(rawValue: errno) }
        guard debrief_give_file(descriptor, account.user, account.group) == 0 else {
            let error = Errno(rawValue: errno)
            close(descriptor)
            throw error
        }
        return descriptor
    }

    private static func openStandardError() -> CInt {
        let kind = kind(of: STDERR_FILENO)
        guard kind == S_IFIFO || kind == S_IFCHR else { return STDERR_FILENO }
        let own = Glibc.open("/proc/self/fd/2", O_WRONLY | O_APPEND | O_NONBLOCK | O_NOCTTY | O_CLOEXEC)
        if own >= 0 { return own }
        if kind == S_IFIFO { _ = fcntl(STDERR_FILENO, F_SETFL, fcntl(STDERR_FILENO, F_GETFL) | O_NONBLOCK) }
        return STDERR_FILENO
    }

    private static func kind(of descriptor: CInt) -> mode_t {
        var status = stat()
        return fstat(descriptor, &status) == 0 ? status.st_mode & S_IFMT : 0
    }
}
