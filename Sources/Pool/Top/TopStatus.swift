/// What `status --json` says of a pool, as far as `debrief top` shows it.
///
/// The master may be of another version than the command. What it does not say is nil, 0 or empty here.
struct TopStatus: Equatable {
    /// A worker.
    struct Worker: Equatable {
        var slot = 0
        var pid = 0
        var generation = 0
        var state = ""
        /// When it was forked, as RFC 3339: with the pid, which of all workers it is.
        var startedAt = ""
        /// How many requests it has answered.
        var requests = 0
        /// How long it has been at its request; nil where it has none.
        var requestMilliseconds: Int?
        /// Of the request that it is at, or else of its last one; nil before the first, and for paths that have none.
        var endpoint: String?
        /// How its last request ended; nil before the first.
        var lastStatus: Int?
        /// What it has in memory, pages that it shares with others included; nil where that cannot be seen from here.
        var residentKilobytes: Int?
    }

    /// The requests of one endpoint, whatever they were answered with.
    struct Endpoint: Equatable {
        var name = ""
        var requests = 0
        /// Those answered with 500 or above.
        var errors = 0
        /// How many took how long, as ``TopStatus/bounds`` has it, and, last, longer; nil where the master does not say.
        var buckets: [Int]?
    }

    /// When it was received, in monotonic milliseconds.
    var takenAt = 0
    var version = ""
    var phase = ""
    /// What is not as it should be, a sentence each.
    var faults: [String] = []
    var master = 0
    /// When the master started, as RFC 3339: with its pid, which of all masters it is.
    var startedAt = ""
    var uptimeSeconds = 0
    var generation = 0
    /// How few and how many workers there may be.
    var range = 0...0
    var wanted = 0
    /// Connections that wait to be accepted; nil where the kernel does not say.
    var queue: Int?
    var queueLimit = 0
    var limitReached = 0
    var oldestRequestMilliseconds: Int?
    var restarts = 0
    /// How the last worker ended that nobody had asked to, such as `signal 9 (KILL)`.
    var lastDeath: String?
    /// The upper ends of the buckets of durations, in microseconds.
    var bounds: [Int] = []
    var workers: [Worker] = []
    var endpoints: [Endpoint] = []

    /// How many workers are in a state.
    func count(_ state: WorkerState) -> Int { workers.count { $0.state == state.name } }

    /// Whether both are of one master: else counters have begun anew.
    func isOfSameMaster(as other: TopStatus) -> Bool { master == other.master && startedAt == other.startedAt }
}

extension TopStatus {
    /// nil where the text is no status of a master.
    init?(parsing text: String, takenAt: Int) {
        guard let tree = JSONTree(parsing: text), let phase = tree["phase"].text, let master = tree["master"].integer else { return nil }
        self.takenAt = takenAt
        self.phase = Self.plain(phase)
        self.master = master
        version = Self.plain(tree["version"].text ?? "")
        faults = tree["degraded"].elements.compactMap(\.text).map(Self.plain)
        startedAt = tree["started_at"].text ?? ""
        uptimeSeconds = tree["uptime_seconds"].integer ?? 0
        generation = tree["generation"].integer ?? 0
        let (low, high) = (tree["range"]["min"].integer ?? 0, tree["range"]["max"].integer ?? 0)
        range = min(low, high)...max(low, high)
        wanted = tree["wanted"].integer ?? 0
        queue = tree["queue"].integer
        queueLimit = tree["queue_limit"].integer ?? 0
        limitReached = tree["limit_reached"].integer ?? 0
        oldestRequestMilliseconds = tree["oldest_request_milliseconds"].integer
        restarts = tree["restarts"]["total"].integer ?? 0
        lastDeath = tree["last_death"]["reason"].text.map(Self.plain)
        bounds = tree["bounds_microseconds"].elements.compactMap(\.integer)
        workers = tree["workers"].elements.map(Worker.init)
        for entry in tree["requests"].elements { add(entry) }
    }

    /// Adds the requests of an endpoint with one status to those with others.
    private mutating func add(_ entry: JSONTree) {
        let name = Self.plain(entry["endpoint"].text ?? "none")
        let count = entry["count"].integer ?? 0
        let errors = entry["status"].integer ?? 0 >= 500 ? count : 0
        let numbers = entry["buckets"].elements.compactMap(\.integer)
        let buckets = !bounds.isEmpty && numbers.count == bounds.count + 1 ? numbers : nil
        guard let index = endpoints.firstIndex(where: { $0.name == name }) else {
            endpoints.append(Endpoint(name: name, requests: count, errors: errors, buckets: buckets))
            return
        }
        endpoints[index].requests += count
        endpoints[index].errors += errors
        endpoints[index].buckets = endpoints[index].buckets.flatMap { a in buckets.map { b in zip(a, b).map { $0 + $1 } } }
    }

    /// The text as it can stand in a terminal's cells, one a character: nothing moves the cursor, and nothing takes two.
    static func plain(_ text: String) -> String {
        String(String.UnicodeScalarView(text.unicodeScalars.map { (" "..."~").contains($0) ? $0 : "?" }))
    }
}

extension TopStatus.Worker {
    fileprivate init(_ tree: JSONTree) {
        slot = tree["slot"].integer ?? 0
        pid = tree["pid"].integer ?? 0
        generation = tree["generation"].integer ?? 0
        state = TopStatus.plain(tree["state"].text ?? "")
        startedAt = tree["started_at"].text ?? ""
        requests = tree["requests"].integer ?? 0
        requestMilliseconds = tree["request_milliseconds"].integer
        endpoint = tree["endpoint"].text.map(TopStatus.plain)
        lastStatus = tree["last_status"].integer
    }
}
