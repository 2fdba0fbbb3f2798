extension Histogram {
    /// The duration that so large a part of the requests did not exceed, from the bucket it falls into, with the bucket's durations taken as spread
    /// evenly, as Prometheus' `histogram_quantile` does.
    ///
    /// - Returns: nil where there were no requests, or where it lies above the last bound.
    func quantileMicroseconds(_ part: Double) -> Int? {
        let rank = part * Double(count)
        var below = 0
        for (bucket, bound) in zip(buckets, RequestTally.bounds) {
            defer { below += bucket }
            guard bucket > 0, Double(below + bucket) >= rank else { continue }
            let lower = RequestTally.bounds.last { $0 < bound } ?? 0
            return lower + Int(Double(bound - lower) * (rank - Double(below)) / Double(bucket))
        }
        return nil
    }
}
