/// What happened between two looks at a pool: rates, and durations of the requests that ended in between.
///
/// Nothing is known where there was no look before, or where it was at another master, whose counters are others. No rate is below 0, whatever the
/// two say.
struct TopRates: Equatable {
    /// An endpoint's requests.
    struct Endpoint: Equatable {
        var name: String
        /// A second.
        var requests: Double?
        /// Those with a status of 500 or above, a second.
        var errors: Double?
        var durations = Durations()
        /// Since the master started.
        var allRequests: Int
        var allErrors: Int
    }

    /// How long requests took.
    struct Durations: Equatable {
        var half = TopDuration.unknown
        var most = TopDuration.unknown
        var nearlyAll = TopDuration.unknown
    }

    /// A second, over all endpoints.
    var requests: Double?
    /// Those with a status of 500 or above, a second.
    var errors: Double?
    var durations = Durations()
    var endpoints: [Endpoint] = []
    /// The endpoint of which 99 of 100 requests took longest; nil where there were no requests.
    var slowest: Endpoint?
    private var workers: [Int: Double] = [:]

    /// A worker's requests a second.
    func requests(ofWorker pid: Int) -> Double? { workers[pid] }

    /// - Parameter earlier: the look before; nil where there was none.
    init(from earlier: TopStatus?, to later: TopStatus) {
        let before = earlier.flatMap { $0.isOfSameMaster(as: later) && $0.takenAt < later.takenAt ? $0 : nil }
        let seconds = before.map { Double(later.takenAt - $0.takenAt) / 1_000 }
        func rate(_ count: Int, before: Int) -> Double? { seconds.map { Double(max(0, count - before)) / $0 } }

        var all: [Int]?
        for endpoint in later.endpoints {
            // One that was not there before had no requests before.
            let past = before?.endpoints.first { $0.name == endpoint.name }
            let buckets = before.flatMap { _ in Self.difference(endpoint.buckets, past == nil ? [] : past?.buckets) }
            if let buckets { all = all.map { zip($0, buckets).map { $0 + $1 } } ?? buckets }
            endpoints.append(
                Endpoint(
                    name: endpoint.name,
                    requests: rate(endpoint.requests, before: past?.requests ?? 0),
                    errors: rate(endpoint.errors, before: past?.errors ?? 0),
                    durations: Durations(buckets, later.bounds),
                    allRequests: endpoint.requests,
                    allErrors: endpoint.errors
                )
            )
        }
        if before != nil {
            requests = endpoints.reduce(0) { $0 + ($1.requests ?? 0) }
            errors = endpoints.reduce(0) { $0 + ($1.errors ?? 0) }
        }
        durations = Durations(all, later.bounds)
        slowest = endpoints.filter { $0.durations.nearlyAll != .unknown }.max { $0.durations.nearlyAll < $1.durations.nearlyAll }
        for worker in later.workers {
            let past = before?.workers.first { $0.pid == worker.pid && $0.startedAt == worker.startedAt }
            workers[worker.pid] = rate(worker.requests, before: past?.requests ?? 0)
        }
    }

    /// What was added to each bucket; nil where that is not known.
    private static func difference(_ later: [Int]?, _ earlier: [Int]?) -> [Int]? {
        guard let later, let earlier else { return nil }
        guard earlier.count == later.count else { return earlier.isEmpty ? later : nil }
        return zip(later, earlier).map { max(0, $0 - $1) }
    }
}

extension TopRates.Durations {
    fileprivate init(_ buckets: [Int]?, _ bounds: [Int]) {
        guard let buckets else { return }
        half = TopDuration(0.5, of: buckets, bounds)
        most = TopDuration(0.95, of: buckets, bounds)
        nearlyAll = TopDuration(0.99, of: buckets, bounds)
    }
}

/// A duration that so large a part of requests did not exceed.
enum TopDuration: Equatable, Comparable {
    /// There were none, or nobody says.
    case unknown
    case microseconds(Int)
    /// Longer than what is told apart, in microseconds.
    case above(Int)

    init(_ part: Double, of buckets: [Int], _ bounds: [Int]) {
        if buckets.allSatisfy({ $0 == 0 }) {
            self = .unknown
        } else if let quantile = Histogram.quantileMicroseconds(part, of: buckets, bounds) {
            self = .microseconds(quantile)
        } else {
            self = .above(bounds.last ?? 0)
        }
    }

    /// For people.
    var text: String {
        switch self {
        case .unknown: "-"
        case .microseconds(let microseconds): durationText(microseconds: microseconds)
        case .above(let microseconds): "> " + durationText(milliseconds: microseconds / 1_000)
        }
    }
}
