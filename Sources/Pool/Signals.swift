import CProcess
import Glibc
import SystemPackage
import Waiting

/// The signals that mean something here, as admins know them from nginx and unicorn.
enum Signal: Equatable, Sendable {
    /// TERM or INT: stop fast.
    case terminate
    /// QUIT: stop after the requests in flight.
    case quit
    /// CHLD: a child ended.
    case childEnded
    /// USR1: reopen the log.
    case reopenLogs
    /// KILL, which is only ever sent.
    case kill

    init?(number: CInt) {
        switch number {
        case SIGTERM, SIGINT: self = .terminate
        case SIGQUIT: self = .quit
        case SIGUSR1: self = .reopenLogs
        case SIGCHLD: self = .childEnded
        default: return nil
        }
    }

    var number: CInt {
        switch self {
        case .terminate: SIGTERM
        case .quit: SIGQUIT
        case .childEnded: SIGCHLD
        case .reopenLogs: SIGUSR1
        case .kill: SIGKILL
        }
    }
}

/// Signals as something to wait for, beside connections: they stay blocked, so none arrives between looking and sleeping, and no handler ever runs.
struct SignalDescriptor: ~Copyable {
    let descriptor: CInt

    /// Blocks these signals, and no others, in the calling thread: the only one there is.
    init(blocking signals: [CInt]) throws(Errno) {
        let mask = signals.reduce(UInt64(0)) { $0 | 1 << UInt64($1 - 1) }
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
