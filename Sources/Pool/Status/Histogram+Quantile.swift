extension Histogram {
    /// The duration that so large a part of the requests did not exceed; see ``quantileMicroseconds(_:of:_:)``.
    func quantileMicroseconds(_ part: Double) -> Int? { Self.quantileMicroseconds(part, of: buckets, RequestTally.bounds) }

    /// The duration that so large a part of the requests did not exceed, from the bucket it falls into, with the bucket's durations taken as spread
    /// evenly, as Prometheus' `histogram_quantile` does.
    ///
    /// - Parameters:
    ///   - buckets: how many requests took up to each bound, and, last, longer.
    ///   - bounds: in microseconds, ascending.
    /// - Returns: nil where there were no requests, or where it lies above the last bound.
    static func quantileMicroseconds(_ part: Double, of buckets: [Int], _ bounds: [Int]) -> Int? {
        let rank = part * Double(buckets.reduce(0, +))
        var (below, lower) = (0, 0)
        for (bucket, bound) in zip(buckets, bounds) {
            defer {
                below += bucket
                lower = bound
            }
            guard bucket > 0, Double(below + bucket) >= rank else { continue }
            return lower + Int(Double(bound - lower) * (rank - Double(below)) / Double(bucket))
        }
        return nil
    }
}
