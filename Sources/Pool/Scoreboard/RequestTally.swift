/// Requests and how long they took, by endpoint and status: a histogram each.
///
/// The one writer is the worker whose slot it is part of. A worker that is killed between two of its numbers leaves one that lacks the last request.
struct RequestTally {
    /// The statuses that are told apart. 499 is nginx's for a client that was gone before its answer.
    static let statuses = [200, 304, 400, 401, 403, 404, 405, 499, 500, 503, 504]
    /// The upper ends of the histogram's buckets in microseconds, inclusive; what took longer is in one more.
    static let bounds = [
        500, 1_000, 2_500, 5_000, 10_000, 25_000, 50_000, 100_000, 250_000, 500_000, 1_000_000, 2_500_000, 5_000_000, 10_000_000, 30_000_000,
    ]

    /// The buckets, and the sum.
    private static let histogramSize = bounds.count + 2

    /// The numbers that it takes for so many endpoints, and for requests that were for none.
    static func size(endpoints: Int) -> Int { (endpoints + 1) * statuses.count * histogramSize }

    private let numbers: SharedNumbers
    private let endpoints: Int

    init(numbers: SharedNumbers, endpoints: Int) {
        self.numbers = numbers
        self.endpoints = endpoints
    }

    /// Counts a request.
    ///
    /// - Parameters:
    ///   - endpoint: its place in the table; nil where the path has none.
    ///   - status: one of ``statuses``; any other counts as 500, a fault of ours.
    func count(endpoint: Int?, status: Int, microseconds: Int) {
        let histogram = start(endpoint: endpoint, status: Self.statuses.firstIndex(of: status) ?? Self.statuses.firstIndex(of: 500) ?? 0)
        let bucket = Self.bounds.firstIndex { microseconds <= $0 } ?? Self.bounds.count
        numbers[histogram + bucket] += 1
        numbers[histogram + Self.bounds.count + 1] += microseconds
    }

    /// The histogram of an endpoint and a status.
    func histogram(endpoint: Int?, status: Int) -> Histogram {
        let start = start(endpoint: endpoint, status: status)
        return Histogram(buckets: (0...Self.bounds.count).map { numbers[start + $0] }, sumMicroseconds: numbers[start + Self.bounds.count + 1])
    }

    /// - Parameter status: its place in ``statuses``.
    private func start(endpoint: Int?, status: Int) -> Int {
        ((endpoint ?? endpoints) * Self.statuses.count + status) * Self.histogramSize
    }
}

/// How long requests took.
struct Histogram: Equatable {
    /// How many were in each bucket of ``RequestTally/bounds``, and, last, above all of them.
    var buckets = [Int](repeating: 0, count: RequestTally.bounds.count + 1)
    /// All of them together.
    var sumMicroseconds = 0

    /// How many there were.
    var count: Int { buckets.reduce(0, +) }

    static func += (a: inout Histogram, b: Histogram) {
        for index in a.buckets.indices { a.buckets[index] += b.buckets[index] }
        a.sumMicroseconds += b.sumMicroseconds
    }
}
