import Glibc
import SystemPackage
import Waiting

/// The size of a terminal, in cells.
public struct TerminalSize: Equatable, Sendable {
    var columns: Int
    var rows: Int

    init(columns: Int, rows: Int) {
        self.columns = columns
        self.rows = rows
    }

    /// That of the terminal behind a descriptor; nil where there is none, or it does not say.
    init?(of descriptor: CInt) {
        guard let size = Self.window(of: descriptor), size.ws_col > 0, size.ws_row > 0 else { return nil }
        self.init(columns: Int(size.ws_col), rows: Int(size.ws_row))
    }

    /// How many columns the terminal of standard error has, also where it says nothing of rows; 80 where it says nothing of columns either.
    public static var columnsOfStandardError: Int {
        let columns = window(of: STDERR_FILENO).map { Int($0.ws_col) } ?? 0
        return columns > 0 ? columns : 80
    }

    /// The C function is `ioctl`, TIOCGWINSZ of tty_ioctl(4).
    private static func window(of descriptor: CInt) -> winsize? {
        var size = winsize()
        return ioctl(descriptor, UInt(TIOCGWINSZ), &size) == 0 ? size : nil
    }
}

/// The terminal as something to draw on: its other screen, without a cursor, each key at once. What it was before comes back when this value ends.
///
/// Standard input and standard output have to be the terminal.
struct Terminal: ~Copyable {
    /// The other screen, cleared; no cursor; what is too long is cut and not wrapped (xterm's DECSET 1049, DECTCEM, DECAWM).
    private static let enter = "\u{1B}[?1049h\u{1B}[?25l\u{1B}[?7l\u{1B}[2J"
    private static let leave = "\u{1B}[0m\u{1B}[?7h\u{1B}[?25h\u{1B}[?1049l"
    /// CAN, which ends a sequence that was cut in the middle.
    private static let cancel = "\u{18}"
    /// How long a terminal that takes nothing is waited for, before whatever else there is to do: a connection that is dead must not hold up a TERM.
    private static let patienceMilliseconds = 500

    /// Keys come from here.
    let input = STDIN_FILENO
    private let output: CInt
    private let before: termios
    /// Whether the last text did not go out whole.
    private var isCut = false

    /// Makes the terminal ready to draw on.
    init() throws(Errno) {
        var mode = termios()
        guard tcgetattr(STDIN_FILENO, &mode) == 0 else { throw Errno(rawValue: errno) }
        let output = Self.openOutput()
        guard Self.setRaw(from: mode), Self.send(Self.enter, to: output) else {
            let error = Errno(rawValue: errno)
            Self.restore(mode, output)
            close(output)
            throw error
        }
        self.output = output
        before = mode
    }

    deinit {
        Self.restore(before, output)
        close(output)
    }

    /// The terminal once more, so that writing to it can be told not to wait, which others that have it open would notice otherwise. Where another
    /// account owns it, that is not allowed; then it is as it is.
    private static func openOutput() -> CInt {
        let opened = open("/proc/self/fd/\(STDOUT_FILENO)", O_WRONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC)
        return opened >= 0 ? opened : fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 3)
    }

    private static func setRaw(from before: termios) -> Bool {
        var mode = before
        cfmakeraw(&mode)
        return tcsetattr(STDIN_FILENO, TCSANOW, &mode) == 0
    }

    private static func restore(_ before: termios, _ output: CInt) {
        _ = send(cancel + leave, to: output)
        var mode = before
        _ = tcsetattr(STDIN_FILENO, TCSANOW, &mode)
    }

    /// Its size now; what most have where it does not say.
    var size: TerminalSize { TerminalSize(of: STDOUT_FILENO) ?? TerminalSize(columns: 80, rows: 24) }

    /// Whether it still is as this value has set it; not so after this process was stopped and the shell has taken the terminal back.
    var isReady: Bool {
        var mode = termios()
        return tcgetattr(STDIN_FILENO, &mode) == 0 && mode.c_lflag & tcflag_t(ICANON | ECHO) == 0
    }

    /// Makes it ready once more.
    mutating func enterAgain() throws(Errno) {
        guard Self.setRaw(from: before) else { throw Errno(rawValue: errno) }
        try show(Self.enter)
    }

    /// Stops this process as Ctrl-Z does, with the terminal as it was, and makes it ready once more when it goes on.
    mutating func suspend() throws(Errno) {
        Self.restore(before, output)
        kill(0, SIGTSTP)
        try enterAgain()
    }

    /// Sends a text. One that the terminal does not take in time is left in the middle; whatever comes next has to draw all of it anew.
    ///
    /// - Returns: whether it went out whole.
    /// - Throws: where there is no terminal any more.
    @discardableResult
    mutating func show(_ text: String) throws(Errno) -> Bool {
        let isWhole = Self.send(isCut ? Self.cancel + text : text, to: output)
        guard isWhole || errno == EAGAIN else { throw Errno(rawValue: errno) }
        isCut = !isWhole
        return isWhole
    }

    /// False with `errno`, which is EAGAIN where the terminal does not take it.
    private static func send(_ text: String, to output: CInt) -> Bool {
        let bytes = Array(text.utf8)
        let deadline = Deadline.after(milliseconds: patienceMilliseconds)
        var sent = 0
        while sent < bytes.count {
            let count = bytes[sent...].withUnsafeBytes { Glibc.write(output, $0.baseAddress, $0.count) }
            if count > 0 {
                sent += count
            } else if errno == EAGAIN {
                guard wait(for: .writable, of: output, until: deadline) else {
                    errno = EAGAIN
                    return false
                }
            } else if errno != EINTR {
                return false
            }
        }
        return true
    }

    /// What was pressed, once the input is ready; nil where the terminal is gone.
    borrowing func keys() -> [Key]? {
        var bytes = [UInt8](repeating: 0, count: 256)
        let count = read(input, &bytes, bytes.count)
        if count > 0 { return Key.read(Array(bytes[..<count])) }
        return count < 0 && (errno == EINTR || errno == EAGAIN) ? [] : nil
    }
}
