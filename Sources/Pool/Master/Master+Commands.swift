import Glibc
import Logging
import SystemPackage
import Waiting

// What commands ask for over the control socket. Each is answered when it has happened, or cannot.
extension Master {
    mutating func takeCommands() {
        let former = control?.shortage
        guard let commands = control?.commands() else { return }
        if former == nil, let error = control?.shortage { log.error("no command can be accepted for now", metadata: ["error": "\(error)"]) }
        for (command, client) in commands {
            if case .status(let isJSON) = command {
                showStatus(isJSON: isJSON, to: client)
                continue
            }
            log.notice("command", metadata: ["command": "\(command.line)"])
            guard !state.isStopping || command == .stop else {
                refuse([client], command.line, "the master is stopping; start it again when it has ended")
                continue
            }
            switch command {
            case .status: break
            case .scale(let range): requestScale(range, from: client)
            case .reload:
                upgrade == nil ? requestReload(from: client) : refuse([client], "reload", "an upgrade is under way; try again when it has ended")
            case .upgrade: requestUpgrade(from: client)
            case .stop:
                stopWaiters.append(client)
                stop(isGraceful: true)
            }
        }
    }

    private mutating func showStatus(isJSON: Bool, to client: ControlClientID) {
        let length = queue.length()
        let limit = length?.limit ?? options.backlog
        let snapshot = PoolSnapshot(scoreboard, now: monotonicMilliseconds(), queue: length?.waiting, queueLimit: limit)
        control?.answer(client, status: Int(snapshot.exitStatus), text: isJSON ? snapshot.json : snapshot.text)
    }

    /// Tells those who wait that it cannot be, and that the old state holds.
    mutating func refuse(_ clients: [ControlClientID], _ what: String, _ reason: String) {
        log.error("refused", metadata: ["what": "\(what)", "reason": "\(reason)"])
        for client in clients { control?.answer(client, status: 1, text: "cannot \(what): \(reason)\n") }
    }

    mutating func answer(_ clients: [ControlClientID], _ line: String) {
        log.notice("\(line)")
        for client in clients { control?.answer(client, status: 0, text: line + "\n") }
    }

    // MARK: Scale

    private mutating func requestScale(_ range: ClosedRange<Int>?, from client: ControlClientID) {
        guard state.phase != .resting else { return refuse([client], "scale", "there are no workers since a WINCH; reload first") }
        if let reason = whatIsUnderWay { return refuse([client], "scale", "\(reason) is under way; try again when it has ended") }
        let former = keptRange
        // First, since a scale that a restart forgets is none.
        if let fault = keepScale(range) { return refuse([client], "scale", "it cannot be kept beside \(options.control): \(fault)") }
        lastTask += 1
        waiters[lastTask] = [client]
        formerScales[lastTask] = .some(former)
        apply(.resize(task: lastTask, range ?? options.workers))
    }

    /// What new workers are being started for: one thing at a time, since each says how many there are to be.
    var whatIsUnderWay: String? {
        if upgrade != nil { return "an upgrade" }
        if reload != nil || state.isReloading { return "a reload" }
        return state.isResizing ? "a scale" : nil
    }

    /// The range that an earlier command asked for; nil where none did, or what is kept makes no sense.
    func readKeptScale() -> ClosedRange<Int>? {
        do throws(KeptScale.Unusable) {
            return try KeptScale(besideControl: options.control).range(parse: WorkerRange.parse)
        } catch {
            log.error("the kept scale cannot be used", metadata: ["reason": "\(error)"])
            return nil
        }
    }

    /// Says why there are not as many workers as `DEBRIEF_WORKERS` says, where they are not: who has just set it may look for them.
    func noteKeptScale() {
        guard let keptRange, keptRange != options.workers else { return }
        log.notice(
            "the kept scale wins over DEBRIEF_WORKERS, until scale default",
            metadata: ["scale": "\(WorkerRange.text(keptRange))", "workers": "\(WorkerRange.text(options.workers))"]
        )
    }

    private mutating func keepScale(_ range: ClosedRange<Int>?) -> String? {
        let file = KeptScale(besideControl: options.control)
        do throws(Errno) {
            if let range { try file.keep(range) } else { try file.remove() }
        } catch {
            return "\(error)"
        }
        keptRange = range
        return nil
    }

    // MARK: What became of it

    mutating func report(_ outcome: PoolOutcome, of task: Int) {
        let clients = waiters.removeValue(forKey: task) ?? []
        let formerScale = formerScales.removeValue(forKey: task)
        switch outcome {
        case .reloaded(let ready, let count, let milliseconds, let finished):
            answer(clients, ControlAnswer.reloaded(ready: ready, of: count, milliseconds: milliseconds, finished: finished))
        case .reloadFailed(let failure):
            candidates = [:]
            finishReload(clients, failed: "\(failure)")
        case .scaled(let ready, _, let milliseconds, let finished):
            answer(clients, ControlAnswer.scaled(workers: ready, range: state.range, milliseconds: milliseconds, finished: finished))
            beginNextReload()
        case .scaleFailed(let failure):
            if let formerScale { _ = keepScale(formerScale) }
            refuse(clients, "scale", "\(failure)")
            beginNextReload()
        }
    }

    /// Tells who waits for the master's end.
    mutating func answerAtEnd() {
        let milliseconds = monotonicMilliseconds() - stop.since
        let line = ControlAnswer.stopped(workers: stop.workers, milliseconds: milliseconds, finished: stop.finished)
        if let upgrade, upgrade.isReady {
            if !stopWaiters.isEmpty { refuse(stopWaiters, "stop", "a new master, \(upgrade.pid), has just taken over") }
        } else if predecessor == nil {
            answer(stopWaiters, line)
        }
        if let upgrade, upgrade.isReady {
            let line = ControlAnswer.upgraded(
                ready: upgrade.workers,
                of: upgrade.workers,
                milliseconds: upgrade.milliseconds,
                pid: upgrade.pid,
                finished: stop.finished
            )
            answer(upgrade.clients, line)
        }
    }
}
