import API
import CProcess
import Glibc
import Logging
import SystemPackage
import Waiting

// Workers as processes: forked, asked to leave, reaped.
extension Master {
    mutating func start(_ index: Int, _ generation: Int) {
        let (options, logFile) = candidates[generation] ?? (options, logFile)
        let slot = scoreboard.slot(index)
        let header = scoreboard.header
        header.usedSlots = max(header.usedSlots, index + 1)
        slot.prepare(generation: generation, now: monotonicMilliseconds(), startedAt: Int(unixMicroseconds()))
        readySlots.remove(index)
        let master = getpid()
        let pid = fork()
        if pid == 0 {
            dropPrivileges(keeping: [listener.descriptor, bell.descriptor], logFile)
            _exit(Worker.run(options, scoreboard, slot: slot, listener: listener, bell: bell, master: master, log: logFile))
        }
        if pid < 0 {
            log.error("fork failed", metadata: ["error": "\(Errno(rawValue: errno))"])
            slot.clear()
            apply(.startFailed(slot: index))
        } else {
            slot.enter(pid: pid)
            apply(.workerStarted(slot: index, pid: pid))
        }
    }

    /// In a child, before it does anything else: gives up what it does not need, and ends where that cannot be.
    ///
    /// - Parameter descriptors: what it needs beside its log and the standard files.
    func dropPrivileges(keeping descriptors: [CInt?], _ logFile: LogFile, connects: Bool = true) {
        do throws(Errno) {
            try privileges.drop(keeping: descriptors.compactMap(\.self) + [logFile.descriptor], connects: connects)
        } catch {
            log.critical("a child cannot give up its rights, and ends", metadata: ["error": "\(error)"])
            _exit(WorkerExit.fault.rawValue)
        }
    }

    mutating func send(_ signal: Signal, to pid: pid_t) {
        if signal == .quit && slot(of: pid)?.state == .busy { lastRequests.insert(pid) }
        if signal == .kill || signal == .terminate {
            let why = state.leaveReason(of: pid)?.rawValue ?? ""
            log.warning("ending a worker", metadata: ["worker": .stringConvertible(pid), "signal": "\(signal.name)", "why": "\(why)"])
        }
        kill(pid, signal.number)
    }

    /// The slot of a process; nil where it is no worker.
    private func slot(of pid: pid_t) -> Slot? { scoreboard.usedSlots.first { $0.state != .none && $0.pid == pid } }

    /// Takes note of all children that have ended: signals merge, so one CHLD can stand for several.
    mutating func reap() {
        var status: CInt = 0
        while case let pid = waitpid(-1, &status, WNOHANG), pid > 0 {
            let how = debrief_exit_code(status) >= 0 ? WorkerEnd.How.exit(debrief_exit_code(status)) : .signal(debrief_term_signal(status))
            if operatorProcess.all.contains(pid) {
                operatorEnded(pid, how)
            } else if pid == upgrade?.pid {
                upgradeEnded(how)
            } else if pid == reload?.check.pid {
                reload?.check.isGone = true
            } else if let slot = slot(of: pid) {
                workerEnded(pid, how, slot)
            } else {
                abandoned[pid] = nil
            }
        }
    }

    private mutating func workerEnded(_ pid: pid_t, _ how: WorkerEnd.How, _ slot: Slot) {
        let wasAtLastRequest = lastRequests.remove(pid) != nil
        let end = WorkerEnd(how: how, answered: slot.requests, hasFinishedRequest: wasAtLastRequest && how == .exit(WorkerExit.asked.rawValue))
        let reason = state.leaveReason(of: pid)
        let isRetired = how == .exit(WorkerExit.maxRequests.rawValue)
        let isExpected = how == .exit(WorkerExit.asked.rawValue) || isRetired || reason != nil && reason != .silence
        let who = reason.map { "the master: \($0.rawValue)" } ?? (isRetired ? "itself: its number of requests" : "nobody here")
        log.log(
            level: isExpected ? .info : .warning,
            "a worker ended",
            metadata: [
                "worker": .stringConvertible(pid), "cause": "\(end)", "answered": .stringConvertible(end.answered), "was": "\(slot.state.name)",
                "by": "\(who)",
            ]
        )
        if state.isStopping && end.hasFinishedRequest { stop.finished += 1 }
        slot.clear()
        readySlots.remove(slot.index)
        apply(.workerEnded(pid: pid, end))
    }

    mutating func noteRestart(_ cause: RestartCause, _ pid: pid_t, _ how: WorkerEnd.How) {
        let code =
            switch how {
            case .exit(let status): Int(status)
            case .signal(let number): Int(number)
            }
        scoreboard.header.countRestart(cause)
        scoreboard.header.lastDeath = WorkerDeath(pid: pid, cause: cause, code: code, at: Int(unixMicroseconds()))
    }
}
