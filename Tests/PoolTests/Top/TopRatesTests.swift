import Testing

@testable import Pool

@Suite("top's rates")
struct TopRatesTests {
    private static let before = TopStatus.of(
        PoolSnapshot.well.with { pool in
            pool.requests = [
                .init(endpoint: "list_users", status: 200, histogram: Histogram([(400, 500)])),
                .init(endpoint: "list_users", status: 500, histogram: Histogram([(400, 10)])),
            ]
        },
        at: 1_000
    )

    /// The same pool 4 s later.
    private static func after(_ change: (inout PoolSnapshot) -> Void) -> TopStatus {
        var pool = PoolSnapshot.well
        pool.requests = [
            .init(endpoint: "list_users", status: 200, histogram: Histogram([(400, 500), (4_000, 92)])),
            .init(endpoint: "list_users", status: 500, histogram: Histogram([(400, 10), (40_000, 8)])),
        ]
        change(&pool)
        return .of(pool, at: 5_000)
    }

    @Test("a rate is what was added, by the time between; durations are those of what was added")
    func difference() throws {
        let rates = TopRates(from: Self.before, to: Self.after { $0.workers[0].requests += 100 })
        #expect(rates.requests == 25)
        #expect(rates.errors == 2)
        let users = try #require(rates.endpoints.first)
        #expect(rates.endpoints.count == 1)
        #expect((users.name, users.requests, users.errors, users.allRequests, users.allErrors) == ("list_users", 25, 2, 610, 18))
        // Of 100, 92 from 2.5 to 5 ms and 8 from 25 to 50 ms.
        #expect(users.durations.half == .microseconds(2_500 + 2_500 * 50 / 92))
        #expect(users.durations.most == .microseconds(25_000 + 25_000 * 3 / 8))
        #expect(rates.durations == users.durations)
        #expect(rates.slowest == users)
        #expect(rates.requests(ofWorker: 5_000) == 25)
        #expect(rates.requests(ofWorker: 5_001) == 0)
        #expect(rates.requests(ofWorker: 1) == nil)
    }

    @Test("an endpoint or a worker that was not there before began at 0")
    func new() {
        let after = Self.after { pool in
            pool.requests.append(.init(endpoint: "list_sessions", status: 200, histogram: Histogram([(900, 4)])))
            pool.workers[1] = PoolSnapshot.worker(7, .idle)
        }
        let rates = TopRates(from: Self.before, to: after)
        #expect(rates.requests == 26)
        #expect(rates.endpoints.last?.requests == 1)
        #expect(rates.endpoints.last?.durations.half == .microseconds(750))
        #expect(rates.requests(ofWorker: 5_007) == Double(1_234) / 4)
    }

    @Test("nothing is known after another master took over, nor at the first look")
    func upgrade() {
        let changes: [(inout PoolSnapshot) -> Void] = [{ $0.master = 4_712 }, { $0.startedAt += 1 }]
        for change in changes {
            let rates = TopRates(from: Self.before, to: Self.after(change))
            #expect(rates.requests == nil && rates.errors == nil && rates.endpoints.first?.requests == nil)
            #expect(rates.durations.half == .unknown && rates.slowest == nil && rates.requests(ofWorker: 5_000) == nil)
        }
        #expect(TopRates(from: nil, to: Self.before).requests == nil)
        #expect(TopRates(from: Self.before, to: Self.before).requests == nil)
    }

    @Test("no rate is below 0, whatever two looks say")
    func negative() {
        let rates = TopRates(from: Self.after { _ in }.with { $0.takenAt = 0 }, to: Self.before)
        #expect(rates.requests == 0 && rates.errors == 0)
        #expect(rates.durations.half == .unknown)
        let workers = Self.before.with { $0.workers[0].requests = 0 }
        #expect(TopRates(from: Self.before.with { $0.takenAt = 0 }, to: workers).requests(ofWorker: 5_000) == 0)
    }

    @Test("what took longer than the last bound is above it; without buckets nothing is said of durations, and rates are")
    func durations() {
        let long = Self.after { $0.requests[0].histogram = Histogram([(400, 500), (31_000_000, 3)]) }
        #expect(TopRates(from: Self.before, to: long).durations.nearlyAll == .above(30_000_000))
        #expect(TopRates(from: Self.before, to: long).durations.nearlyAll.text == "> 30.0 s")
        let old = { (status: TopStatus) in status.with { for index in $0.endpoints.indices { $0.endpoints[index].buckets = nil } } }
        let rates = TopRates(from: old(Self.before), to: old(Self.after { _ in }))
        #expect(rates.requests == 25 && rates.durations == TopRates.Durations())
    }

    @Test("the peak of the queue is the longest of a master's, and begins anew with another")
    func peak() {
        var pool = TopPool()
        for queue in [3, 9, 1] { pool.take(.of(PoolSnapshot.well.with { $0.queue = queue }, at: queue)) }
        #expect(pool.queuePeak == 9)
        pool.take(.of(PoolSnapshot.well.with { ($0.queue, $0.master) = (2, 4_712) }, at: 20))
        #expect(pool.queuePeak == 2)
        pool.takeNotRunning()
        #expect(pool == TopPool(found: .notRunning))
    }

    @Test("a line has the same numbers as key=value, and of a pool that does not run only that")
    func line() {
        let noon = Int64(PoolSnapshot.noon)
        #expect(
            TopPool.looked.line(at: noon)
                == "2026-05-06T17:00:00Z state=running workers=2 wanted=2 busy=1 queue=1 queue_peak=3 queue_limit=1024 requests_per_second=21.0 "
                + "errors_per_second=1.0 p50_ms=0.7 p95_ms=0.9 p99_ms=89.4 slowest=get_summary restarts=0"
        )
        #expect(TopPool(found: .notRunning).line(at: noon) == "2026-05-06T17:00:00Z state=not-running")
        #expect(TopPool(found: .fault("x")).line(at: noon) == "2026-05-06T17:00:00Z state=no-answer")
        var pool = TopPool()
        pool.take(.of(PoolSnapshot.well.with { ($0.queue, $0.braked) = (nil, 1) }, at: 1))
        #expect(pool.line(at: noon).contains(" state=degraded ") && pool.line(at: noon).contains(" queue=- "))
        #expect(pool.line(at: noon).contains(" requests_per_second=- "))
    }

    @Test(
        "a number a second has a decimal where it is small",
        arguments: [(nil, "-"), (0, "0.0"), (9.96, "10.0"), (99.94, "99.9"), (99.96, "100"), (1_234.5, "1235")]
    )
    func rates(rate: Double?, text: String) { #expect(rateText(rate) == text) }
}
