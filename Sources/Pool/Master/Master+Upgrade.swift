import CProcess
import Glibc
import Logging
import SystemPackage
import Waiting

// An upgrade: the binary at the path that this one was started by becomes a new master, which inherits the listening socket and starts workers of its
// own. Once they are ready the old master's workers are asked to leave, and it ends with them; whatever fails before that, it serves on.
extension Master {
    /// - Parameter client: who waits for it; nil for a signal's.
    mutating func requestUpgrade(from client: ControlClientID?) {
        let clients = client.map { [$0] } ?? []
        if let reason = whatIsUnderWay { return refuse(clients, "upgrade", "\(reason) is under way; try again when it has ended") }
        do throws(Errno) {
            upgrade = try Upgrade(listener: listener, limitMilliseconds: options.startTimeoutMilliseconds, clients: clients)
        } catch {
            return refuse(clients, "upgrade", "\(error)")
        }
        log.notice("a new master is started", metadata: ["new": .stringConvertible(upgrade?.pid ?? 0)])
    }

    mutating func watchUpgrade() {
        guard var pending = upgrade, !pending.isReady else { return }
        let news = pending.news()
        upgrade = pending
        switch news {
        case .ready(let workers): handOver(workers)
        case .failed(let reason): failUpgrade(reason)
        case nil:
            guard pending.deadline <= monotonicMilliseconds() else { return }
            cancelUpgrade("the new master was not ready within \(options.startTimeoutMilliseconds) ms")
        }
    }

    /// The new master is ready and takes the paths; this one ends with its workers.
    private mutating func handOver(_ workers: Int) {
        guard var new = upgrade else { return }
        new.isReady = true
        new.workers = workers
        new.milliseconds = monotonicMilliseconds() - new.since
        upgrade = new
        serviceManager.notify(.mainPID(new.pid))
        log.notice("the new master is ready; this one leaves", metadata: ["new": .stringConvertible(new.pid)])
        stop = StopTally(since: monotonicMilliseconds(), workers: scoreboard.usedSlots.count { $0.state != .none })
        apply(.stop(isGraceful: true))
    }

    mutating func upgradeEnded(_ how: WorkerEnd.How) {
        guard let ended = upgrade else { return }
        upgrade?.isGone = true
        guard !ended.isReady else {
            // Whoever supervises this process has to start another.
            failure = .successorEnded
            return log.critical("the new master has ended while this one was leaving", metadata: ["cause": "\(WorkerEnd(how: how))"])
        }
        // What it said before it ended tells more.
        watchUpgrade()
        if upgrade != nil {
            failUpgrade("the new binary, \(Executable.path), ended before it was ready: \(WorkerEnd(how: how)); put a good one there")
        }
    }

    private mutating func failUpgrade(_ reason: String) {
        guard var failed = upgrade else { return }
        upgrade = nil
        failed.forget()
        if !failed.isGone {
            // After the requests that its workers have, where it is one of ours; what it is, nobody knows.
            kill(failed.pid, SIGQUIT)
            abandoned[failed.pid] = monotonicMilliseconds() + options.drainTimeoutMilliseconds + 2 * PoolState.terminationMilliseconds
        }
        refuse(failed.clients, "upgrade", "\(reason); the old master serves on")
    }

    /// Kills new masters that were given up and do not go.
    mutating func killAbandoned() {
        for (pid, deadline) in abandoned where deadline <= monotonicMilliseconds() { kill(pid, SIGKILL) }
    }

    /// Calls the upgrade off, unless the new master has said that it is ready: then it is too late.
    mutating func cancelUpgrade(_ reason: String) {
        guard var pending = upgrade, !pending.isReady else { return }
        let news = pending.lastNews()
        upgrade = pending
        if case .ready(let workers) = news { handOver(workers) } else { failUpgrade(reason) }
    }

    /// Ends new masters that were given up, whatever they are: they hold the socket, and nobody is left to end them later.
    mutating func endAbandoned() {
        for pid in abandoned.keys { kill(pid, SIGKILL) }
        for pid in abandoned.keys { waitpid(pid, nil, 0) }
        abandoned = [:]
    }
}

/// A new master on its way.
struct Upgrade {
    /// Where the new master says how it goes, until it has; nil from then on.
    private(set) var descriptor: CInt?
    let pid: pid_t
    /// In monotonic milliseconds.
    let since: Int
    let deadline: Int
    let clients: [ControlClientID]
    var isReady = false
    /// Whether the process has ended.
    var isGone = false
    /// How many workers it has, and how long they took.
    var workers = 0
    var milliseconds = 0

    private static let largestMessage = 4_096
    private static let takingMilliseconds = 2_000

    /// Starts the binary with the arguments of this one.
    init(listener: borrowing Listener, limitMilliseconds: Int, clients: [ControlClientID]) throws(Errno) {
        // Not asked for by the child, which may find it dead.
        let master = getpid()
        let child = try AnsweringChild { Self.execute(listener, ready: $0, master: master) }
        (pid, descriptor) = (child.pid, child.descriptor)
        since = monotonicMilliseconds()
        deadline = since + limitMilliseconds
        self.clients = clients
    }

    /// In the child. Nothing is moved to numbers of its own: any other descriptor may be somebody's who started us, such as a lock.
    private static func execute(_ listener: borrowing Listener, ready: CInt, master: pid_t) {
        let inheritance = Inheritance(listener: listener.descriptor, ready: ready, isOwner: listener.ownsFile, master: master)
        try? inheritance.makeInheritable()
        setenv(Inheritance.variable, inheritance.text, 1)
        _ = debrief_block_signals(0)
        let arguments = CommandLine.arguments.map { strdup($0) } + [nil]
        execv(Executable.path, arguments)
        Predecessor(descriptor: ready, pid: master).tell(.failed("cannot execute \(Executable.path): \(Errno(rawValue: errno))"))
    }

    /// What the new master has said, if anything.
    mutating func news() -> Predecessor.Message? {
        guard let descriptor else { return nil }
        var bytes = [UInt8](repeating: 0, count: Self.largestMessage)
        let count = read(descriptor, &bytes, bytes.count)
        guard count >= 0 else { return nil }
        let message = Predecessor.Message(parsing: String(decoding: bytes[..<count], as: UTF8.self))
        // Its end of the socket stays open until a new master has the paths.
        if case .ready = message { return message }
        forget()
        return message
    }

    /// Waits until the new master has taken the paths, or is gone. That takes a moment, but this master must not leave before.
    func waitUntilTaken() {
        guard isReady, let descriptor else { return }
        _ = wait(for: .readable, of: descriptor, until: .after(milliseconds: Self.takingMilliseconds))
    }

    /// Listens no longer, and says what had come until then: what is said from now on fails for who says it.
    ///
    /// The C function is `shutdown`: of a Unix socket it keeps what was received.
    mutating func lastNews() -> Predecessor.Message? {
        if let descriptor { shutdown(descriptor, CInt(SHUT_RD)) }
        return news()
    }

    mutating func forget() {
        if let descriptor { close(descriptor) }
        descriptor = nil
    }
}
