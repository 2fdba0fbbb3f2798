@testable import Pool

extension PoolSnapshot {
    /// 2026-05-06T17:00:00Z, in Unix microseconds.
    static let noon = 1_778_086_800_000_000

    /// A pool that has been well for an hour: two workers, one of them at a request.
    static var well: PoolSnapshot {
        var pool = PoolSnapshot()
        pool.takenAt = noon
        pool.startedAt = noon - 3_600_000_000
        pool.master = 4_711
        pool.generation = 1
        pool.range = 2...8
        pool.wanted = 2
        pool.queue = 3
        pool.queueLimit = 1_024
        for cause in RestartCause.allCases { pool.restarts[cause] = 0 }
        pool.workers = [worker(0, .idle), worker(1, .busy)]
        pool.workers[1].requestMilliseconds = 12
        return pool
    }

    /// A worker that has been there for half an hour.
    static func worker(_ slot: Int, _ state: WorkerState) -> Worker {
        Worker(
            slot: slot,
            pid: Int32(5_000 + slot),
            state: state,
            generation: 1,
            startedAt: noon - 1_800_000_000,
            requests: 1_234,
            requestMilliseconds: nil,
            silentMilliseconds: 400,
            exchangeMilliseconds: state == .waiting ? nil : 900
        )
    }

    /// The same pool, changed.
    func with(_ change: (inout PoolSnapshot) -> Void) -> PoolSnapshot {
        var pool = self
        change(&pool)
        return pool
    }
}

extension Histogram {
    /// So many requests that took so long each.
    init(_ requests: [(microseconds: Int, count: Int)]) {
        self.init()
        for (microseconds, count) in requests {
            buckets[RequestTally.bounds.firstIndex { microseconds <= $0 } ?? RequestTally.bounds.count] += count
            sumMicroseconds += microseconds * count
        }
    }
}
