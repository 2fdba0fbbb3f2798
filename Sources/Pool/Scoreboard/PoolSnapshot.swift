import Waiting

/// The scoreboard as it was at one moment: what status, metrics and pages are made from.
struct PoolSnapshot: Equatable {
    /// A worker.
    struct Worker: Equatable {
        var slot: Int
        var pid: Int32
        var state: WorkerState
        /// The generation of its settings: of two, while a pool is reloaded.
        var generation: Int
        /// When it was forked, in Unix microseconds.
        var startedAt: Int
        /// How many requests it has answered.
        var requests: Int
        /// How long it has been at its request; nil where it has none.
        var requestMilliseconds: Int?
        /// How long ago its last sign of life was: it gives one when it begins a request, and each second while it has none.
        var silentMilliseconds = 0
        /// How long ago its last good exchange with PostgreSQL was; nil where there was none.
        var exchangeMilliseconds: Int?
        /// Whether it has no connection to PostgreSQL because the database is not safe to serve from.
        var refusesDatabase = false
        /// The name of the endpoint of the request that it is at, or else of its last; nil before the first, and for paths that have none.
        var endpoint: String?
        /// The status of its last request; nil before the first.
        var lastStatus: Int?
    }

    /// The requests of one endpoint with one status.
    struct Requests: Equatable {
        /// The endpoint's name; nil for paths that have none.
        var endpoint: String?
        var status: Int
        var histogram: Histogram
    }

    /// When it was read, in Unix microseconds.
    var takenAt = 0
    var master: Int32 = 0
    /// When the master started, in Unix microseconds.
    var startedAt = 0
    var generation = 0
    var phase = PoolPhase.running
    /// How few and how many workers there may be.
    var range = 1...1
    /// How many workers there are to be now.
    var wanted = 0
    var limitReached = 0
    var reloads = 0
    var failedReloads = 0
    var restarts: [RestartCause: Int] = [:]
    /// Workers that are missing until a pause is over.
    var braked = 0
    var lastDeath: WorkerDeath?
    var reconnects = 0
    var logFailures = 0
    var unanswered = 0
    /// Connections that wait to be accepted; nil where the kernel does not say.
    var queue: Int?
    /// How many may wait.
    var queueLimit = 0
    var workers: [Worker] = []
    /// Those that there were any of, by endpoint and then status.
    var requests: [Requests] = []

    /// How many workers are in a state.
    func count(_ state: WorkerState) -> Int { workers.count { $0.state == state } }

    /// How long the oldest request has been worked at; nil where there is none.
    var oldestRequestMilliseconds: Int? { workers.compactMap(\.requestMilliseconds).max() }

    /// Whether requests can be answered from PostgreSQL: some worker's last good exchange is under 5 s old.
    var isReady: Bool { workers.contains { ($0.exchangeMilliseconds ?? .max) < 5_000 } }

    /// Whether requests are to be sent here: it is ready, and was not told to stop.
    var isServing: Bool { isReady && phase != .stopping }
}

extension PoolSnapshot {
    /// Reads a scoreboard.
    ///
    /// - Parameters:
    ///   - now: the time, in monotonic milliseconds.
    ///   - queue: the connections that wait to be accepted, of so many that may.
    init(_ scoreboard: Scoreboard, now: Int, queue: Int?, queueLimit: Int) {
        self.init()
        takenAt = Int(unixMicroseconds())
        let header = scoreboard.header
        master = header.master
        startedAt = header.startedAt
        generation = header.generation
        phase = header.phase
        range = header.range
        wanted = header.wanted
        limitReached = header.limitReached
        reloads = header.reloads
        failedReloads = header.failedReloads
        for cause in RestartCause.allCases { restarts[cause] = header.restarts(cause) }
        braked = header.braked
        lastDeath = header.lastDeath
        logFailures = header.logFailures + header.operatorLogFailures
        self.queue = queue
        self.queueLimit = queueLimit

        let slots = scoreboard.usedSlots
        for slot in slots {
            reconnects += slot.reconnects
            logFailures += slot.logFailures
            unanswered += slot.unanswered
            if let worker = Worker(slot, now: now, endpoints: scoreboard.endpoints) { workers.append(worker) }
        }
        for endpoint in scoreboard.endpoints.indices.map(Optional.some) + [nil] {
            for (index, status) in RequestTally.statuses.enumerated() {
                let histogram = slots.reduce(into: Histogram()) { $0 += $1.tally.histogram(endpoint: endpoint, status: index) }
                guard histogram.count > 0 else { continue }
                requests.append(Requests(endpoint: endpoint.map { scoreboard.endpoints[$0] }, status: status, histogram: histogram))
            }
        }
    }
}

extension PoolSnapshot.Worker {
    /// The worker in a slot; nil where there is none.
    fileprivate init?(_ slot: Slot, now: Int, endpoints: [String]) {
        guard slot.state != .none else { return nil }
        let (since, exchange, status) = (slot.requestSince, slot.exchange, slot.lastStatus)
        self.init(
            slot: slot.index,
            pid: slot.pid,
            state: slot.state,
            generation: slot.generation,
            startedAt: slot.startedAt,
            requests: slot.requests,
            requestMilliseconds: since > 0 ? max(0, now - since) : nil,
            silentMilliseconds: max(0, now - slot.tick),
            exchangeMilliseconds: exchange > 0 ? max(0, now - exchange) : nil,
            refusesDatabase: slot.refusesDatabase,
            endpoint: slot.endpoint.flatMap { endpoints.indices.contains($0) ? endpoints[$0] : nil },
            lastStatus: status > 0 ? status : nil
        )
    }
}
