import CProcess
import Glibc
import SystemPackage
import Waiting

/// The signals that mean something here, as admins know them from nginx and unicorn: the one table of number, name and meaning.
enum Signal: CaseIterable, Sendable {
    /// TERM: stop fast.
    case terminate
    /// INT, as from a terminal: stop fast.
    case interrupt
    /// QUIT: stop after the requests in flight.
    case quit
    /// HUP: new settings and new workers.
    case hangUp
    /// TTIN: one worker more.
    case moreWorkers
    /// TTOU: one worker fewer.
    case fewerWorkers
    /// USR1: open the log anew.
    case reopenLog
    /// USR2: the new binary, beside the old one.
    case upgrade
    /// WINCH: end the workers, but not the master.
    case rest
    /// CHLD: a child ended.
    case childEnded
    /// KILL, which is only ever sent.
    case kill

    var number: CInt {
        switch self {
        case .terminate: SIGTERM
        case .interrupt: SIGINT
        case .quit: SIGQUIT
        case .hangUp: SIGHUP
        case .moreWorkers: SIGTTIN
        case .fewerWorkers: SIGTTOU
        case .reopenLog: SIGUSR1
        case .upgrade: SIGUSR2
        case .rest: SIGWINCH
        case .childEnded: SIGCHLD
        case .kill: SIGKILL
        }
    }

    /// What it is called, in logs.
    var name: String { Self.name(of: number) }

    init?(number: CInt) {
        guard let signal = Self.allCases.first(where: { $0.number == number }) else { return nil }
        self = signal
    }

    /// The name of any signal as `kill -l` has it; its number where it has none here.
    static func name(of number: CInt) -> String {
        switch number {
        case SIGHUP: "HUP"
        case SIGINT: "INT"
        case SIGQUIT: "QUIT"
        case SIGILL: "ILL"
        case SIGTRAP: "TRAP"
        case SIGABRT: "ABRT"
        case SIGBUS: "BUS"
        case SIGFPE: "FPE"
        case SIGKILL: "KILL"
        case SIGUSR1: "USR1"
        case SIGSEGV: "SEGV"
        case SIGUSR2: "USR2"
        case SIGPIPE: "PIPE"
        case SIGALRM: "ALRM"
        case SIGTERM: "TERM"
        case SIGCHLD: "CHLD"
        case SIGTTIN: "TTIN"
        case SIGTTOU: "TTOU"
        case SIGXCPU: "XCPU"
        case SIGXFSZ: "XFSZ"
        case SIGWINCH: "WINCH"
        case SIGSYS: "SYS"
        default: "\(number)"
        }
    }
}

/// Signals as something to wait for, beside connections: they stay blocked, so none arrives between looking and sleeping, and no handler ever runs.
struct SignalDescriptor: ~Copyable {
    let descriptor: CInt

    /// Blocks these signals, and no others, in the calling thread: the only one there is.
    init(blocking signals: [Signal]) throws(Errno) {
        let mask = signals.reduce(UInt64(0)) { $0 | 1 << UInt64($1.number - 1) }
        guard debrief_block_signals(mask) == 0 else { throw Errno(rawValue: errno) }
        let descriptor = debrief_signal_descriptor(mask)
        guard descriptor >= 0 else { throw Errno(rawValue: errno) }
        self.descriptor = descriptor
    }

    deinit { close(descriptor) }

    /// The next signal that came, without waiting. Signals of one kind that came together are one.
    func next() -> (signal: Signal, sender: pid_t)? {
        var sender: CInt = 0
        while true {
            let number = debrief_next_signal(descriptor, &sender)
            guard number != 0 else { return nil }
            if let signal = Signal(number: number) { return (signal, sender) }
        }
    }
}
