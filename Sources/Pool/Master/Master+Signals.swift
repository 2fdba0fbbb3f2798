import Glibc
import Logging
import Waiting

// What signals ask for, as nginx and unicorn have it.
extension Master {
    /// Takes the signals that came. Those that stop are done at once, and the others a moment later, so that a burst of one kind does what one does.
    mutating func takeSignals() {
        let now = monotonicMilliseconds()
        var isHungUp = false
        while let (signal, sender) = signals.next() {
            guard signal != .childEnded else { continue }
            if signal == .hangUp { isHungUp = true }
            let isNew = settling.updateValue(settling[signal] ?? now + Self.settleMilliseconds, forKey: signal) == nil
            if isNew { log.notice("signal", metadata: ["signal": "\(signal.name)", "sender": .stringConvertible(sender)]) }
            if [.terminate, .interrupt, .quit].contains(signal) { settling[signal] = now }
        }
        // The kernel does not tell which of two came first that wait together; HUP is the way back from WINCH, and not the other way round. So it is
        // where an earlier HUP had not been obeyed yet.
        if isHungUp, let rest = settling[.rest], let hangUp = settling[.hangUp] { settling[.hangUp] = max(rest, hangUp) }
        let order = settling.sorted { ($0.value, $0.key == .rest ? 0 : 1) < ($1.value, $1.key == .rest ? 0 : 1) }
        for (signal, due) in order where due <= now {
            settling[signal] = nil
            obey(signal)
        }
    }

    private mutating func obey(_ signal: Signal) {
        // There is no way back from a stop, but the one to an earlier end.
        guard !state.isStopping || [.terminate, .interrupt, .quit, .reopenLog].contains(signal) else { return }
        switch signal {
        case .terminate, .interrupt: stop(isGraceful: false)
        case .quit: stop(isGraceful: true)
        case .hangUp:
            // The way back from an upgrade that takes long, and from WINCH.
            cancelUpgrade("a HUP called it off")
            requestReload(from: nil)
        case .moreWorkers: apply(.step(1))
        case .fewerWorkers: apply(.step(-1))
        case .reopenLog: reopenLog()
        case .upgrade: requestUpgrade(from: nil)
        case .rest: rest()
        case .childEnded, .kill: break
        }
    }

    mutating func stop(isGraceful: Bool) {
        if !state.isStopping {
            serviceManager.notify(.stopping)
            stop = StopTally(since: monotonicMilliseconds(), workers: scoreboard.usedSlots.count { $0.state != .none })
            cancelUpgrade("the master stops")
            cancelReload("the master stops")
        }
        apply(.stop(isGraceful: isGraceful))
    }

    private mutating func rest() {
        // The size of a terminal's window is not meant for the pool.
        guard isatty(STDIN_FILENO) == 0 else { return log.notice("WINCH came from a terminal and is ignored") }
        cancelUpgrade("a WINCH called it off")
        cancelReload("a WINCH called it off")
        apply(.rest)
    }

    private mutating func reopenLog() {
        logFile.reopen(log)
        log.notice("the log was opened anew")
        for slot in scoreboard.usedSlots where slot.state != .none && slot.pid > 0 { kill(slot.pid, SIGUSR1) }
        for pid in operatorProcess.all { kill(pid, SIGUSR1) }
    }
}

/// What a stop has ended, for whoever asked for it.
struct StopTally {
    var since = 0
    var workers = 0
    /// Requests that were in flight, and were finished.
    var finished = 0
}
