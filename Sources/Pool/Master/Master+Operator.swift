import Glibc
import Logging
import Waiting

// The process that answers operators: one beside the workers, so that a full or dead pool still answers.
extension Master {
    /// Forks it where there is none.
    mutating func keepOperator() {
        let now = monotonicMilliseconds()
        guard control != nil, operatorProcess.pid == nil, operatorProcess.startAt <= now, !state.isStopping else { return }
        operatorProcess.startAt = now + OperatorProcess.pauseMilliseconds
        let master = getpid()
        let pid = fork()
        if pid == 0 {
            control?.closeInChild()
            _exit(Operator.run(options, scoreboard: scoreboard, queueOf: listener, master: master, log: logFile))
        }
        operatorProcess.pid = pid > 0 ? pid : nil
    }

    mutating func operatorEnded(_ how: WorkerEnd.How) {
        operatorProcess.pid = nil
        guard !operatorProcess.isLeaving else {
            operatorProcess.isLeaving = false
            return
        }
        log.warning("the operator's process ended", metadata: ["cause": "\(WorkerEnd(how: how))"])
    }

    /// Gives it the settings in force.
    mutating func restartOperator() {
        endOperator()
        operatorProcess = OperatorProcess()
        keepOperator()
    }

    /// It holds nothing that somebody waits for longer than a moment.
    mutating func endOperator() {
        guard let pid = operatorProcess.pid else { return }
        operatorProcess.isLeaving = true
        kill(pid, SIGQUIT)
    }
}

/// The operator's process, as the master sees it.
struct OperatorProcess {
    /// Between the end of one and the start of the next.
    static let pauseMilliseconds = 1_000

    var pid: pid_t?
    /// In monotonic milliseconds.
    var startAt = 0
    var isLeaving = false
}
