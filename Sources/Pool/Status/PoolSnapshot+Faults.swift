import Glibc

extension PoolSnapshot {
    /// How long a worker may take to its start before it counts as missing.
    static let startMilliseconds = 3_000
    /// How long an idle worker, which ticks each second, may be silent.
    static let silenceMilliseconds = 5_000

    /// What is degraded, a sentence each, of at most 80 characters or so; none where all is well.
    var faults: [String] {
        switch phase {
        case .resting: return ["the pool rests without workers until it is sent HUP: it was sent WINCH"] + queueFaults
        case .stopping: return ["the pool is stopping"]
        case .running, .reloading, .upgrading: return workerFaults + databaseFaults + queueFaults
        }
    }

    /// The exit status that the Linux Standard Base wants of a `status`: 0 where the pool runs, 1 where it is degraded. 3, that it does not run, is
    /// for who finds no master.
    var exitStatus: Int32 { faults.isEmpty ? 0 : 1 }

    /// How the pool is, in a word: what it is about, or, where that is to serve, whether it does so well.
    var stateName: String { phase == .running && !faults.isEmpty ? "degraded" : phase.name }

    private var workerFaults: [String] {
        var faults: [String] = []
        if missing > 0 {
            let waiting = count(.waiting) - refusing
            let causes = [(waiting, "wait for PostgreSQL"), (refusing, "refuse the database")].filter { $0.0 > 0 }.map { ", \($0.0) \($0.1)" }
            faults.append("\(ready) of \(wanted) workers are ready" + causes.joined())
        }
        if braked > 0 {
            let death = lastDeath.map { ", the last by \($0.reason)" } ?? ""
            faults.append("\(braked) held back for a pause after early deaths\(death)")
        }
        for worker in workers where worker.state == .idle && worker.silentMilliseconds > Self.silenceMilliseconds {
            faults.append("worker \(worker.pid) has given no sign of life for \(durationText(milliseconds: worker.silentMilliseconds))")
        }
        return faults
    }

    private var databaseFaults: [String] {
        if refusing > 0 { return ["the database is not safe to serve from: debrief check says what is wrong"] }
        return isReady || isFresh(startedAt) ? [] : ["no exchange with PostgreSQL has succeeded in the last 5 s"]
    }

    /// Workers that wait for somebody to mend the database, since row security does not confine their role.
    private var refusing: Int { workers.count { $0.state == .waiting && $0.refusesDatabase } }

    private var queueFaults: [String] {
        guard let queue, queueLimit > 0, queue * 10 >= queueLimit * 9 else { return [] }
        return ["the accept queue is \(queue >= queueLimit ? "full" : "nearly full"): \(queue) of \(queueLimit)"]
    }

    /// Workers that can answer from PostgreSQL.
    private var ready: Int { count(.idle) + count(.busy) }

    /// How many ready workers there are too few, those left out that have only just begun, or whose predecessor has only just ended.
    private var missing: Int {
        let starting = workers.count { $0.state == .starting && isFresh($0.startedAt) }
        let absent = max(0, wanted - workers.count - braked)
        let isDue = !isFresh(startedAt) && !isFresh(lastDeath?.at ?? 0)
        return wanted - ready - starting - (isDue ? 0 : absent)
    }

    /// Whether something was only just, in Unix microseconds.
    private func isFresh(_ time: Int) -> Bool { takenAt - time < Self.startMilliseconds * 1_000 }
}

extension WorkerDeath {
    /// Why it ended, such as `signal 11 (SEGV)`.
    var reason: String {
        switch cause {
        case .exit: "exit \(code)"
        case .signal: "signal \(code)" + (Self.signalNames[Int32(code)].map { " (\($0))" } ?? "")
        case .overdue: "the master, being overdue"
        case .maxRequests: "its number of requests"
        }
    }

    /// Of signals that end a process unless it says otherwise, signal(7).
    private static let signalNames: [Int32: String] = [
        SIGHUP: "HUP", SIGINT: "INT", SIGQUIT: "QUIT", SIGILL: "ILL", SIGTRAP: "TRAP", SIGABRT: "ABRT", SIGBUS: "BUS", SIGFPE: "FPE",
        SIGKILL: "KILL", SIGUSR1: "USR1", SIGSEGV: "SEGV", SIGUSR2: "USR2", SIGPIPE: "PIPE", SIGALRM: "ALRM", SIGTERM: "TERM",
        SIGXCPU: "XCPU", SIGXFSZ: "XFSZ", SIGSYS: "SYS",
    ]
}

extension PoolPhase {
    /// As it is shown.
    var name: String {
        switch self {
        case .running: "running"
        case .reloading: "reloading"
        case .upgrading: "upgrading"
        case .resting: "resting"
        case .stopping: "stopping"
        }
    }
}
