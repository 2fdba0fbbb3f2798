import CProcess
import Glibc
import Logging
import SystemPackage
import Waiting

// An upgrade: the binary at the path that this one was started by becomes a new master, which inherits the listening socket and starts workers of its own.
// Once they are ready the old master's workers are asked to leave, and it ends with them; whatever fails before that, it serves on.
extension Master {
    /// - Parameter client: who waits for it; nil for a signal's.
    mutating func requestUpgrade(from client: ControlClientID?) {
        let clients = client.map { [$0] } ?? []
        if let reason = whatIsUnderWay { return refuse(clients, "upgrade", "\(reason) is under way") }
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
            failUpgrade("the new master was not ready within \(options.startTimeoutMilliseconds) ms")
        }
    }

    /// The new master has taken the paths; this one ends with its workers.
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
            return log.critical("the new master has ended while this one was leaving", metadata: ["cause": "\(WorkerEnd(how: how))"])
        }
        // What it said before it ended tells more.
        watchUpgrade()
        if upgrade != nil { failUpgrade("the new binary ended before it was ready: \(WorkerEnd(how: how))") }
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

    mutating func cancelUpgrade(_ reason: String) {
        if upgrade?.isReady == false { failUpgrade(reason) }
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

    /// Starts the binary with the arguments of this one.
    init(listener: borrowing Listener, limitMilliseconds: Int, clients: [ControlClientID]) throws(Errno) {
        let child = try AnsweringChild { Self.execute(listener, ready: $0) }
        (pid, descriptor) = (child.pid, child.descriptor)
        since = monotonicMilliseconds()
        deadline = since + limitMilliseconds
        self.clients = clients
    }

    /// In the child. Nothing is moved to numbers of its own: any other descriptor may be somebody's who started us, such as a lock.
    private static func execute(_ listener: borrowing Listener, ready: CInt) {
        let inheritance = Inheritance(listener: listener.descriptor, ready: ready, isOwner: listener.ownsFile)
        try? inheritance.makeInheritable()
        setenv(Inheritance.variable, inheritance.text, 1)
        _ = debrief_block_signals(0)
        let arguments = CommandLine.arguments.map { strdup($0) } + [nil]
        execv(Executable.path, arguments)
        Predecessor(descriptor: ready).tell(.failed("cannot execute \(Executable.path): \(Errno(rawValue: errno))"))
    }

    /// What the new master has said, if anything.
    mutating func news() -> Predecessor.Message? {
        guard let descriptor else { return nil }
        var bytes = [UInt8](repeating: 0, count: Self.largestMessage)
        let count = read(descriptor, &bytes, bytes.count)
        guard count >= 0 else { return nil }
        forget()
        return Predecessor.Message(parsing: String(decoding: bytes[..<count], as: UTF8.self))
    }

    /// Listens no longer.
    mutating func forget() {
        if let descriptor { close(descriptor) }
        descriptor = nil
    }
}
