import Glibc
import SystemPackage
import Waiting

/// What is on the screen, and the loop that keeps it up to date.
struct TopScreen {
    private var watch: TopWatch
    private var view = TopView()
    private let look = TerminalLook.current
    private var shown: TopFrame?
    private var size = TerminalSize(columns: 0, rows: 0)

    init(watch: TopWatch) { self.watch = watch }

    /// Runs until it is told to end.
    mutating func run(_ terminal: inout Terminal, _ signals: borrowing SignalDescriptor) throws(Errno) -> Result<Top.End, ControlError> {
        while true {
            if !terminal.isReady {
                try terminal.enterAgain()
                shown = nil
            }
            try draw(&terminal)
            let waits = [terminal.input, signals.descriptor] + (watch.descriptor.map { [$0] } ?? [])
            let ready = wait(forAny: waits.map { ($0, .readable) }, until: deadline)
            while let (signal, _) = signals.next() {
                // WINCH alone is no end: the size is looked at each time.
                guard signal == .rest else { return .success(.signal(signal.number)) }
            }
            if ready.contains(terminal.input), try !heed(terminal.keys(), &terminal) { return .success(.left(status: watch.exitStatus)) }
            do throws(ControlError) {
                _ = try watch.proceed(isPaused: view.isPaused)
            } catch {
                return .failure(error)
            }
        }
    }

    /// While it is paused there is nothing to wait for but whoever looks, and that the terminal may have been taken away meanwhile.
    private var deadline: Deadline { view.isPaused ? .after(milliseconds: 1_000) : watch.deadline }

    /// Does what was pressed; false where that is the end.
    private mutating func heed(_ keys: [Key]?, _ terminal: inout Terminal) throws(Errno) -> Bool {
        // A terminal that is gone presses nothing more.
        guard let keys else { return false }
        for key in keys {
            guard view.heed(key, workers: watch.pool.status?.workers.count ?? 0) else { return false }
            if key == .suspend { try terminal.suspend() }
            if key == .suspend || key == .redraw { shown = nil }
        }
        return true
    }

    private mutating func draw(_ terminal: inout Terminal) throws(Errno) {
        let now = terminal.size
        let frame = TopFrame(watch.pool, view, now, look)
        guard frame != shown || now != size else { return }
        let isNew = shown == nil || now != size
        // One that did not go out whole is drawn again.
        shown = try terminal.show(frame.code(look, isNew: isNew)) ? frame : nil
        size = now
    }
}
