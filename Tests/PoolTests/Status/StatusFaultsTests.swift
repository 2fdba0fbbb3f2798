import Testing

@testable import Pool

@Suite("What status calls degraded")
struct StatusFaultsTests {
    private typealias Case = (name: String, faults: [String], change: @Sendable (inout PoolSnapshot) -> Void)

    private static let noon = PoolSnapshot.noon

    private static let cases: [Case] = [
        ("nothing", [], { _ in }),
        (
            "a worker that has just been forked", [],
            {
                $0.workers[0].state = .starting
                $0.workers[0].startedAt = noon - 2_900_000
            }
        ),
        (
            "a worker that does not become ready", ["1 of 2 workers are ready"],
            {
                $0.workers[0].state = .starting
                $0.workers[0].startedAt = noon - 3_000_000
            }
        ),
        ("a missing worker", ["1 of 2 workers are ready"], { $0.workers.removeFirst() }),
        (
            "a worker whose predecessor has just died", [],
            {
                $0.workers.removeFirst()
                $0.lastDeath = WorkerDeath(pid: 1, cause: .signal, code: 9, at: noon - 100_000)
            }
        ),
        (
            "a slot that is braked",
            ["1 of 2 workers are ready", "1 held back for a pause after early deaths, the last by signal 11 (SEGV)"],
            {
                $0.workers.removeFirst()
                $0.braked = 1
                $0.lastDeath = WorkerDeath(pid: 1, cause: .signal, code: 11, at: noon - 100_000)
            }
        ),
        (
            "workers that have no database",
            ["0 of 2 workers are ready, 2 wait for PostgreSQL", "no exchange with PostgreSQL has succeeded in the last 5 s"],
            { $0.workers = [PoolSnapshot.worker(0, .waiting), PoolSnapshot.worker(1, .waiting)] }
        ),
        (
            "workers whose database is not safe",
            [
                "0 of 2 workers are ready, 1 wait for PostgreSQL, 1 refuse the database",
                "the database is not safe to serve from: debrief check says what is wrong",
            ],
            {
                $0.workers = [PoolSnapshot.worker(0, .waiting), PoolSnapshot.worker(1, .waiting)]
                $0.workers[1].refusesDatabase = true
            }
        ),
        ("a last exchange that is recent enough", [], { for index in 0...1 { $0.workers[index].exchangeMilliseconds = 4_999 } }),
        (
            "a last exchange that is not", ["no exchange with PostgreSQL has succeeded in the last 5 s"],
            { for index in 0...1 { $0.workers[index].exchangeMilliseconds = 5_000 } }
        ),
        ("an idle worker that is silent", ["worker 5000 has given no sign of life for 6.0 s"], { $0.workers[0].silentMilliseconds = 6_000 }),
        ("a busy worker, which has other things to do", [], { $0.workers[1].silentMilliseconds = 20_000 }),
        ("a queue that is long", [], { $0.queue = 921 }),
        ("a queue that is nearly full", ["the accept queue is nearly full: 922 of 1024"], { $0.queue = 922 }),
        ("a queue that is full", ["the accept queue is full: 1025 of 1024"], { $0.queue = 1_025 }),
        ("a queue that the kernel does not tell", [], { $0.queue = nil }),
        (
            "a pool that rests", ["the pool rests without workers until it is sent HUP: it was sent WINCH"],
            {
                $0.phase = .resting
                $0.workers = []
            }
        ),
        (
            "a pool that stops", ["the pool is stopping"],
            {
                $0.phase = .stopping
                $0.workers = []
            }
        ),
        (
            "a reload", [],
            {
                $0.phase = .reloading
                $0.workers += $0.workers
            }
        ),
        (
            "a pool that has just started", [],
            {
                $0.startedAt = noon - 500_000
                $0.workers = []
            }
        ),
    ]

    @Test("is named, and nothing else is", arguments: cases.indices)
    func faults(index: Int) {
        let (name, faults, change) = Self.cases[index]
        let pool = PoolSnapshot.well.with(change)
        #expect(pool.faults == faults, "\(name)")
        #expect(pool.exitStatus == (faults.isEmpty ? 0 : 1), "\(name)")
    }

    @Test("readiness needs one worker whose last exchange is under 5 s old, and ends with the order to stop")
    func ready() {
        #expect(PoolSnapshot.well.isServing)
        #expect(PoolSnapshot.well.with { $0.workers[0].exchangeMilliseconds = 9_000 }.isServing)
        #expect(!PoolSnapshot.well.with { $0.workers = [] }.isServing)
        #expect(!PoolSnapshot.well.with { $0.phase = .stopping }.isServing)
    }

    @Test(
        "a death is told with its reason",
        arguments: [
            (RestartCause.exit, 3, "exit 3"), (.signal, 11, "signal 11 (SEGV)"), (.signal, 9, "signal 9 (KILL)"), (.signal, 34, "signal 34"),
            (.overdue, 9, "the master, being overdue"), (.maxRequests, 0, "its number of requests"),
        ]
    )
    func reason(cause: RestartCause, code: Int, reason: String) {
        #expect(WorkerDeath(pid: 1, cause: cause, code: code, at: 0).reason == reason)
    }
}
