import Glibc
import Logging
import SystemPackage
import Waiting

// A reload: settings are read and checked, new workers started, and the old ones asked to leave once all of the new are ready. Whatever fails on the
// way, the old ones serve on.
extension Master {
    /// - Parameter client: who waits for it; nil for a signal's.
    mutating func requestReload(from client: ControlClientID?) {
        let clients = client.map { [$0] } ?? []
        // Another one follows the one under way, since its settings have been read already; however many ask for that, it is one.
        if whatIsUnderWay != nil {
            nextReload = (nextReload ?? []) + clients
        } else {
            beginReload(clients)
        }
    }

    private mutating func beginReload(_ clients: [ControlClientID]) {
        serviceManager.notify(.reloading)
        let new: PoolOptions
        do throws(UnreadableOptions) {
            new = try readOptions()
        } catch {
            return finishReload(clients, failed: error.reason)
        }
        guard new.listen == options.listen, new.control == options.control, new.user == options.user, new.group == options.group else {
            return finishReload(clients, failed: "DEBRIEF_LISTEN, DEBRIEF_CONTROL, DEBRIEF_USER and DEBRIEF_GROUP cannot change without a restart")
        }
        do throws(Errno) {
            let deadline = monotonicMilliseconds() + DatabaseCheck.limitMilliseconds
            let check = try DatabaseCheck(new, workers: keptRange ?? new.workers, privileges)
            reload = ReloadCheck(options: new, check: check, deadline: deadline, clients: clients)
        } catch {
            finishReload(clients, failed: "\(error)")
        }
    }

    /// Goes on with the reload, or the upgrade, whose check has ended.
    mutating func watchChecks() {
        watchUpgrade()
        guard var pending = reload else { return }
        let verdict = pending.check.verdict(isLate: pending.deadline <= monotonicMilliseconds())
        reload = pending
        guard let verdict else { return }
        reload = nil
        switch verdict {
        case .fit: startReload(pending)
        case .unreachable(let reasons), .unfit(let reasons): finishReload(pending.clients, failed: reasons.joined(separator: "; "))
        }
    }

    private mutating func startReload(_ pending: ReloadCheck) {
        lastTask += 1
        lastGeneration += 1
        let log = pending.options.log
        candidates = [lastGeneration: (pending.options, log == options.log ? logFile : LogFile(log, for: privileges.account))]
        waiters[lastTask] = pending.clients
        let range = keptRange ?? pending.options.workers
        apply(.reload(PoolState.Plan(task: lastTask, generation: lastGeneration, range: range, limits: pending.options.limits)))
    }

    /// The new settings hold from now on.
    mutating func adopt(_ generation: Int) {
        guard let new = candidates.removeValue(forKey: generation) else { return }
        (options, logFile) = new
        log = logFile.logger(level: options.logLevel)
        noteKeptScale()
        listener.setBacklog(options.backlog)
        scoreboard.header.reloads += 1
        restartOperator()
        reloadEnded()
    }

    mutating func finishReload(_ clients: [ControlClientID], failed reason: String) {
        scoreboard.header.failedReloads += 1
        refuse(clients, "reload", "\(reason); the old workers serve on")
        reloadEnded()
    }

    private mutating func reloadEnded() {
        serviceManager.notify(.ready)
        beginNextReload()
    }

    /// Begins the reload that was asked for while something else was under way.
    mutating func beginNextReload() {
        guard let clients = nextReload, !state.isStopping else { return }
        nextReload = nil
        beginReload(clients)
    }

    /// Gives a reload up that has not begun to start workers, and the one behind it.
    mutating func cancelReload(_ reason: String) {
        let clients = (reload?.clients ?? []) + (nextReload ?? [])
        reload?.check.cancel()
        guard reload != nil || nextReload != nil else { return }
        (reload, nextReload) = (nil, nil)
        if !state.isStopping { serviceManager.notify(.ready) }
        refuse(clients, "reload", reason)
    }
}

/// A reload whose settings are being checked against the database.
struct ReloadCheck {
    let options: PoolOptions
    var check: DatabaseCheck
    /// In monotonic milliseconds.
    let deadline: Int
    let clients: [ControlClientID]
}
