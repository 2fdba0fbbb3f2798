import Glibc
import Logging
import SystemPackage
import Waiting

// The process that answers operators: one beside the workers, so that a full or dead pool still answers.
extension Master {
    /// Forks it where there is none, and kills one that gives no sign of life.
    mutating func keepOperator() {
        let now = monotonicMilliseconds()
        endSilentOperators(at: now)
        guard operatorSocket != nil, operatorProcess.pid == nil, operatorProcess.startAt <= now, !state.isStopping else { return }
        operatorProcess.startAt = now + OperatorProcess.pauseMilliseconds
        operatorProcess.aliveAt = now
        let master = getpid()
        let pid = fork()
        if pid == 0 {
            dropPrivileges(keeping: [operatorSocket?.listener.descriptor, listener.descriptor], logFile, connects: false)
            _exit(operatorSocket?.serve(options, scoreboard, workers: listener, master: master, log: logFile) ?? 0)
        }
        if pid < 0 { log.error("fork failed", metadata: ["error": "\(Errno(rawValue: errno))"]) }
        operatorProcess.pid = pid > 0 ? pid : nil
    }

    private mutating func endSilentOperators(at now: Int) {
        let tick = scoreboard.header.operatorTick
        // Where the master did not look, it was suspended, and the others with it.
        if tick != operatorProcess.tick || now - operatorProcess.lookedAt > PoolState.suspensionMilliseconds { operatorProcess.aliveAt = now }
        (operatorProcess.tick, operatorProcess.lookedAt) = (tick, now)
        for (pid, deadline) in operatorProcess.retired where deadline <= now { kill(pid, SIGKILL) }
        guard let pid = operatorProcess.pid, now - operatorProcess.aliveAt > OperatorProcess.silenceMilliseconds else { return }
        log.warning("ending the operator's process", metadata: ["pid": .stringConvertible(pid), "why": "no sign of life"])
        kill(pid, SIGKILL)
    }

    /// Takes note that a process has ended, where it was this.
    mutating func operatorEnded(_ pid: pid_t, _ how: WorkerEnd.How) {
        if operatorProcess.retired.removeValue(forKey: pid) == nil {
            operatorProcess.pid = nil
            nextLook = min(nextLook, operatorProcess.startAt)
            log.warning("the operator's process ended", metadata: ["cause": "\(WorkerEnd(how: how))"])
        }
    }

    /// Gives it the settings in force: a second one takes the first one's place, which goes when it has answered.
    mutating func restartOperator() {
        if let pid = operatorProcess.pid { operatorProcess.retired[pid] = monotonicMilliseconds() + OperatorProcess.silenceMilliseconds }
        operatorProcess.pid = nil
        operatorProcess.startAt = 0
        keepOperator()
        for pid in operatorProcess.retired.keys { kill(pid, SIGQUIT) }
    }

    /// Ends it with the pool, and waits until it has answered whoever waits for it, so that nothing of the pool outlives the master. A request to it
    /// takes a moment at most.
    mutating func endOperator() {
        // A new master has put its own socket there.
        if upgrade?.isReady != true { operatorSocket?.removeFile() }
        let left = operatorProcess.all
        for pid in left { kill(pid, SIGQUIT) }
        let deadline = Deadline.after(milliseconds: OperatorProcess.pauseMilliseconds)
        for pid in left {
            while waitpid(pid, nil, WNOHANG) == 0 {
                if deadline.hasPassed { kill(pid, SIGKILL) }
                pause(milliseconds: 1, until: .after(milliseconds: 1))
            }
        }
    }
}

/// The operator's process, as the master sees it.
struct OperatorProcess {
    /// Between the start of one and that of the next.
    static let pauseMilliseconds = 1_000
    /// How long it may give no sign of life: longer than one request to it may take.
    static let silenceMilliseconds = 5_000

    var pid: pid_t?
    /// Its last sign of life, and when that was seen, and looked for, in monotonic milliseconds.
    var tick = 0
    var aliveAt = 0
    var lookedAt = 0
    /// Those before, which are to go, and when they are killed.
    var retired: [pid_t: Int] = [:]
    /// When the next may be forked, in monotonic milliseconds.
    var startAt = 0

    /// When one is to be forked, where there is none and that time has not come yet.
    func isDue(after now: Int) -> Int? { pid == nil && startAt > now ? startAt : nil }

    /// Those that there are.
    var all: Set<pid_t> { Set(retired.keys).union([pid].compactMap(\.self)) }
}
