@testable import Pool

extension TopStatus {
    /// What the command reads of a pool, at a time in monotonic milliseconds.
    static func of(_ pool: PoolSnapshot, at time: Int) -> TopStatus {
        guard let status = TopStatus(parsing: pool.json, takenAt: time) else { fatalError("no status: \(pool.json)") }
        return status
    }

    /// The same, changed.
    func with(_ change: (inout TopStatus) -> Void) -> TopStatus {
        var status = self
        change(&status)
        return status
    }
}

extension TopPool {
    /// A pool that was looked at two times, two seconds apart. In between, a worker answered 40 requests, and the other 2, which were slow and failed.
    static var looked: TopPool {
        let sessions = { (ok: Int, failed: Int) in
            [
                PoolSnapshot.Requests(endpoint: "list_sessions", status: 200, histogram: Histogram([(900, 1_000 + ok)])),
                PoolSnapshot.Requests(endpoint: "get_summary", status: 503, histogram: Histogram([(60_000, failed)])),
                PoolSnapshot.Requests(endpoint: nil, status: 404, histogram: Histogram([(300, 7)])),
            ]
        }
        let before = PoolSnapshot.well.with { $0.requests = sessions(0, 3) }
        let after = PoolSnapshot.well.with { pool in
            pool.requests = sessions(40, 5)
            pool.workers[0].requests += 40
            pool.workers[1].requests += 2
            (pool.workers[0].endpoint, pool.workers[0].lastStatus) = ("list_sessions", 200)
            (pool.workers[1].endpoint, pool.workers[1].lastStatus) = ("get_summary", 503)
            pool.queue = 1
        }
        var pool = TopPool()
        pool.take(.of(before, at: 10_000))
        pool.take(
            TopStatus.of(after, at: 12_000).with {
                $0.version = "1.2.3"
                $0.workers[0].residentKilobytes = 5_240
            }
        )
        return pool
    }

    /// A pool of so many workers, with all that there is to say, and numbers as large as they get.
    static func full(workers: Int) -> TopPool {
        var pool = PoolSnapshot.well.with { pool in
            pool.startedAt = PoolSnapshot.noon - 400 * 86_400_000_000
            (pool.range, pool.wanted, pool.braked, pool.limitReached) = (4...1_024, 1_024, 1_000, 1_000_000_000)
            (pool.queue, pool.queueLimit) = (65_536, 65_535)
            for cause in RestartCause.allCases { pool.restarts[cause] = 100_000_000 }
            pool.lastDeath = WorkerDeath(pid: 4_194_304, cause: .signal, code: 11, at: PoolSnapshot.noon - 180_000_000)
            pool.workers = (0..<workers).map { slot in
                var worker = PoolSnapshot.worker(slot, WorkerState.allCases[1 + slot % 4])
                (worker.pid, worker.requests) = (Int32(4_190_000 + slot), 1_000_000_000_000 + slot)
                worker.requestMilliseconds = slot % 3 == 0 ? 90_000_000 + slot : nil
                (worker.endpoint, worker.lastStatus, worker.generation) = ("a_rather_long_name_of_an_endpoint", 504, 100_000)
                return worker
            }
            pool.requests = (0..<7).map {
                .init(endpoint: "endpoint_number_\($0)", status: 500, histogram: Histogram([(31_000_000, 1_000_000_000)]))
            }
        }
        var top = TopPool()
        top.take(.of(pool, at: 1))
        for index in pool.requests.indices { pool.requests[index].histogram += Histogram([(31_000_000, 1_000_000), (9_000, 1_000)]) }
        for index in pool.workers.indices { pool.workers[index].requests += 1_000 * (index + 1) }
        top.take(.of(pool, at: 1_001))
        return top
    }
}
