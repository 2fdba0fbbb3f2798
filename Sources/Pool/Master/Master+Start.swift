import Glibc
import Logging
import SystemPackage
import Waiting

// How a master begins, says that it serves, and ends.
extension Master {
    /// Who the workers become, and what they give up; the master gives up what it can.
    static func privileges(_ options: PoolOptions) throws(Failure) -> Privileges {
        let privileges: Privileges
        do throws(Account.Refusal) {
            privileges = Privileges(account: try Account.ofChildren(user: options.user, group: options.group))
        } catch {
            throw .account(error.reason)
        }
        guard privileges.account != nil else { return privileges }
        if let fault = FolderOfRoot.fault(ofFile: options.control) { throw .account("DEBRIEF_CONTROL: \(fault)") }
        do throws(Errno) {
            try privileges.dropOfMaster()
        } catch {
            throw .system(error)
        }
        return privileges
    }

    /// The socket to accept from: the old master's, or the service manager's, or one of its own.
    ///
    /// - Parameter account: whose its file becomes; nil where it is the master's.
    static func listener(_ options: PoolOptions, _ inheritance: Inheritance?, for account: Account?) throws(Errno) -> Listener {
        let listener = try makeListener(options, inheritance)
        if let account { try listener.giveFile(to: account) }
        return listener
    }

    private static func makeListener(_ options: PoolOptions, _ inheritance: Inheritance?) throws(Errno) -> Listener {
        let descriptors = ServiceManager.takeDescriptors()
        if let inheritance {
            let (descriptor, isOwner) = (inheritance.listener, inheritance.isOwner)
            // A service manager's only socket is taken wherever it listens.
            let address = isOwner ? options.listen : ListenAddress(of: descriptor) ?? options.listen
            return try Listener(inheriting: descriptor, isOwner: isOwner, address: address, backlog: options.backlog)
        }
        if let (descriptor, address) = try ServiceManager.choose(from: descriptors, for: options.listen) {
            return try Listener(inheriting: descriptor, isOwner: false, address: address, backlog: options.backlog)
        }
        return try Listener(options.listen, backlog: options.backlog)
    }

    /// Checks the database and takes the master's place; false where a signal said to stop before that.
    mutating func begin() throws(Failure) -> Bool {
        keptRange = readKeptScale()
        guard try checkDatabase() else { return false }
        let header = scoreboard.header
        header.master = getpid()
        header.startedAt = Int(unixMicroseconds())
        if let keptRange {
            state = PoolState(generation: 1, range: keptRange, limits: options.limits, slotCount: Scoreboard.slotCount, at: monotonicMilliseconds())
        }
        // A new master takes the place of the old one when it is ready, not before.
        if predecessor == nil { try takePlace() }
        log.notice(
            "started",
            metadata: ["pid": .stringConvertible(getpid()), "version": "\(Version.current)", "workers": "\(WorkerRange.text(state.range))"]
        )
        noteKeptScale()
        // A full queue is an error to nginx at once, not a wait.
        if let largest = Listener.largestBacklog, largest < options.backlog {
            log.warning(
                "the kernel caps the backlog: raise net.core.somaxconn",
                metadata: ["backlog": .stringConvertible(options.backlog), "cap": .stringConvertible(largest)]
            )
        }
        return true
    }

    /// Runs what `check` runs. A database that cannot be reached is waited for by the workers, unless an old master serves that has one.
    private func checkDatabase() throws(Failure) -> Bool {
        let check: DatabaseCheck
        do throws(Errno) {
            check = try DatabaseCheck(options, workers: keptRange ?? options.workers, privileges)
        } catch {
            throw .system(error)
        }
        switch check.wait(orUntil: signals) {
        case nil: return false
        case .fit: return true
        case .unreachable(let reasons):
            guard predecessor == nil else { throw .unfitDatabase(reasons) }
            for reason in reasons { log.warning("PostgreSQL cannot be reached; workers wait for it", metadata: ["reason": "\(reason)"]) }
            return true
        case .unfit(let reasons):
            for reason in reasons { log.critical("the database is not fit to be served from", metadata: ["reason": "\(reason)"]) }
            throw .unfitDatabase(reasons)
        }
    }

    /// Takes the paths by which others find the master, as far as it does not have them.
    private mutating func takePlace() throws(Failure) {
        do throws(Errno) {
            if control == nil { control = try ControlServer(path: options.control) }
            if operatorSocket == nil { operatorSocket = try OperatorSocket(besideControl: options.control, for: privileges.account) }
        } catch {
            throw .control(path: options.control, error)
        }
        do throws(Errno) {
            try PIDFile(besideControl: options.control).write()
        } catch {
            // It is for admins' scripts; the service does not hang on it.
            log.error("cannot write debrief.pid", metadata: ["error": "\(error)"])
        }
        keepOperator()
    }

    /// Takes them in a master to which an old one has handed over: it serves, whatever becomes of them, and tries again each second.
    mutating func keepPlace() {
        guard predecessor == nil, control == nil || operatorSocket == nil else { return }
        do throws(Failure) {
            try takePlace()
        } catch {
            log.error("the old master's paths cannot be taken", metadata: ["reason": "\(error)"])
        }
    }

    /// Says that the pool serves, once it does: all workers are there, and those of a new master ready.
    mutating func announceOnce() {
        guard !isAnnounced, !state.isStopping else { return }
        let now = monotonicMilliseconds()
        guard let predecessor else {
            let count = scoreboard.usedSlots.count { $0.state == .idle || $0.state == .busy || $0.state == .waiting }
            if count >= state.size { announce() }
            return
        }
        if predecessor.isDead {
            succeed(predecessor)
        } else if state.readyCount >= state.size {
            // Where that fails the old one has called it off, and says so by a QUIT; or it is about to be dead.
            guard predecessor.tell(.ready(workers: state.readyCount)) else { return }
            succeed(predecessor)
            announce()
        } else if now - startedAt >= options.startTimeoutMilliseconds {
            giveUp(.notReady("\(state.readyCount) of \(state.size) workers were ready in time; the log says why"))
        } else if state.braked > 0 {
            giveUp(.notReady("a worker ended at its start; the log says why"))
        }
    }

    /// Takes the place of the old master, for which there is no way back.
    private mutating func succeed(_ predecessor: Predecessor) {
        self.predecessor = nil
        keepPlace()
        predecessor.close()
    }

    private mutating func announce() {
        isAnnounced = true
        serviceManager.notify(.mainPID(getpid()), .ready)
        log.notice("ready", metadata: ["workers": .stringConvertible(state.readyCount)])
    }

    /// A new master that cannot serve leaves; the old one goes on.
    private mutating func giveUp(_ reason: Failure) {
        failure = reason
        stop = StopTally(since: monotonicMilliseconds(), workers: scoreboard.usedSlots.count { $0.state != .none })
        predecessor?.tell(.failed(reason.reason))
        isAnnounced = true
        log.error("this master is not ready and leaves", metadata: ["reason": "\(reason)"])
        apply(.stop(isGraceful: true))
    }

    /// Takes away what others find the master by, and tells who waits.
    mutating func end() {
        upgrade?.waitUntilTaken()
        endOperator()
        endAbandoned()
        // What an old or a new master has is not this one's to remove.
        if upgrade?.isReady != true && predecessor == nil {
            listener.removeFile()
            PIDFile(besideControl: options.control).remove()
            control?.removeFile()
        }
        answerAtEnd()
    }
}
