import Glibc
import Logging
import SystemPackage
import Waiting

// The process that answers operators: one beside the workers, so that a full or dead pool still answers.
extension Master {
    /// Forks it where there is none, and lets the one before it go.
    mutating func keepOperator() {
        let now = monotonicMilliseconds()
        if let retired = operatorProcess.retired, operatorProcess.startAt <= now { kill(retired, SIGQUIT) }
        guard control != nil, operatorProcess.pid == nil, operatorProcess.startAt <= now, !state.isStopping else { return }
        operatorProcess.startAt = now + OperatorProcess.pauseMilliseconds
        let master = getpid()
        let pid = fork()
        if pid == 0 {
            control?.closeInChild()
            _exit(Operator.run(options, scoreboard, workers: listener, master: master, log: logFile))
        }
        if pid < 0 { log.error("fork failed", metadata: ["error": "\(Errno(rawValue: errno))"]) }
        operatorProcess.pid = pid > 0 ? pid : nil
    }

    /// Takes note that a process has ended, where it was this.
    mutating func operatorEnded(_ pid: pid_t, _ how: WorkerEnd.How) {
        if pid == operatorProcess.retired {
            operatorProcess.retired = nil
        } else if pid == operatorProcess.pid {
            operatorProcess.pid = nil
            log.warning("the operator's process ended", metadata: ["cause": "\(WorkerEnd(how: how))"])
        }
    }

    /// Gives it the settings in force: a second one takes the first one's place, which goes a moment later.
    mutating func restartOperator() {
        if let pid = operatorProcess.retired { kill(pid, SIGTERM) }
        operatorProcess = OperatorProcess(retired: operatorProcess.pid)
        keepOperator()
    }

    /// Ends it with the pool, and waits for that, so that nothing of the pool outlives the master. A request to it takes a moment at most.
    mutating func endOperator() {
        let left = [operatorProcess.pid, operatorProcess.retired].compactMap(\.self)
        for pid in left { kill(pid, SIGQUIT) }
        let deadline = Deadline.after(milliseconds: OperatorProcess.pauseMilliseconds)
        for pid in left {
            while waitpid(pid, nil, WNOHANG) == 0 {
                if deadline.hasPassed { kill(pid, SIGKILL) }
                pause(milliseconds: 1, until: .after(milliseconds: 1))
            }
        }
        if upgrade?.isReady != true && control != nil { Operator.removeFile(beside: options.control) }
    }
}

/// The operator's process, as the master sees it.
struct OperatorProcess {
    /// Between the start of one and that of the next.
    static let pauseMilliseconds = 1_000

    var pid: pid_t?
    /// The one before, which is to go.
    var retired: pid_t?
    /// When the next may be forked, in monotonic milliseconds.
    var startAt = 0
}
