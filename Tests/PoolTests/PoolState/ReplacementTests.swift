import Testing

@testable import Pool

@Suite("How workers are started and replaced")
struct ReplacementTests {
    @Test("all workers are started at once, and once")
    func start() {
        var state = PoolState.serving(3)
        #expect(state.nextTime == nil)
        #expect(state.readyCount == 3)
        state.play([(1, .time, []), (60_000, .time, [])])
    }

    @Test("a pool of a range begins with the fewest")
    func range() {
        let state = PoolState.serving(2...8)
        #expect(state.size == 2)
        #expect(state.occupied == 2)
    }

    @Test("a worker that ends after a good life is replaced at once, in its own slot")
    func replacement() {
        var state = PoolState.serving(3)
        state.play([
            (1_000, .killed(101), [.wasKilled(101), .start(slot: 1, generation: 1)]),
            (1_000, .workerStarted(slot: 1, pid: 200), []),
            (5_000, .exited(102), [.crashed(102), .start(slot: 2, generation: 1)]),
            (5_000, .workerStarted(slot: 2, pid: 201), []),
            (9_000, .killed(200, by: 11), [.wasKilled(200, by: 11), .start(slot: 1, generation: 1)]),
        ])
    }

    @Test("a worker that has answered as many requests as it was to is replaced at once, and is no crash, however short its life")
    func maxRequests() {
        var state = PoolState.serving(1)
        let end = WorkerEnd(how: .exit(WorkerExit.maxRequests.rawValue), answered: 10)
        state.play([(3, .workerEnded(pid: 100, end), [.unasked(.maxRequests, pid: 100, end), .start(slot: 0, generation: 1)])])
        #expect(state.braked == 0)
    }

    @Test("a worker that somebody else has asked to leave is replaced, and is no crash")
    func leftUnasked() {
        var state = PoolState.serving(1)
        state.play([(2_000, .left(100), [.start(slot: 0, generation: 1)])])
    }

    @Test("the end of a process that is no worker changes nothing")
    func stranger() {
        var state = PoolState.serving(2)
        state.play([(1_000, .killed(99), []), (1_000, .time, [])])
        #expect(state.occupied == 2)
    }

    @Test("a word of readiness from a worker that is gone counts for nobody")
    func lateReadiness() {
        var state = PoolState.serving(1)
        state.play([(10, .exited(100), [.crashed(100)]), (11, .workerReady(slot: 0), [])])
        #expect(state.readyCount == 0)
    }
}

@Suite("The brake on a crash loop")
struct BrakeTests {
    @Test("a worker that dies young is replaced after a pause that doubles to its cap")
    func brake() {
        var state = PoolState.serving(1)
        var now = 0
        var pid: Int32 = 100
        for pause in [100, 200, 400, 800, 1_600, 3_200, 5_000, 5_000, 5_000] {
            now += PoolState.shortestLifeMilliseconds - 1
            state.play([(now, .exited(pid), [.crashed(pid)])])
            #expect(state.braked == 1)
            let log = state.pass(from: now, to: now + pause)
            #expect(log.map(\.at) == [now + pause] && log.map(\.action) == [.start(slot: 0, generation: 1)])
            now += pause
            pid += 1
            state.play([(now, .workerStarted(slot: 0, pid: pid), [])])
        }
    }

    @Test("the pause stays at its cap, however many have died")
    func brakeForEver() {
        var state = PoolState.serving(1)
        var now = 0
        for pid in Int32(100)..<300 {
            state.play([(now, .exited(pid), [.crashed(pid)])])
            let log = state.pass(from: now, to: now + PoolState.longestPauseMilliseconds)
            #expect(log.count == 1)
            if pid > 110 { #expect(log.first?.at == now + PoolState.longestPauseMilliseconds) }
            now += PoolState.longestPauseMilliseconds
            state.play([(now, .workerStarted(slot: 0, pid: pid + 1), [])])
        }
    }

    @Test("a worker that lived takes the brake off, and so does one that answered a request")
    func brakeReset() {
        var state = PoolState.serving(1)
        state.play([
            (10, .exited(100), [.crashed(100)]),
            (110, .time, [.start(slot: 0, generation: 1)]),
            (110, .workerStarted(slot: 0, pid: 101), []),
            (120, .exited(101), [.crashed(101)]),
            (320, .time, [.start(slot: 0, generation: 1)]),
            (320, .workerStarted(slot: 0, pid: 102), []),
            (1_320, .exited(102), [.crashed(102), .start(slot: 0, generation: 1)]),
            (1_320, .workerStarted(slot: 0, pid: 103), []),
            (1_330, .exited(103), [.crashed(103)]),
            (1_430, .time, [.start(slot: 0, generation: 1)]),
            (1_430, .workerStarted(slot: 0, pid: 104), []),
            (1_440, .exited(104, answered: 1), [.crashed(104, answered: 1), .start(slot: 0, generation: 1)]),
            (1_440, .workerStarted(slot: 0, pid: 105), []),
            (1_450, .exited(105), [.crashed(105)]),
            (1_550, .time, [.start(slot: 0, generation: 1)]),
        ])
    }

    @Test("the brake of one slot holds up no other")
    func brakeOfOne() {
        var state = PoolState.serving(2)
        state.play([(999, .exited(100), [.crashed(100)]), (1_005, .exited(101), [.crashed(101), .start(slot: 1, generation: 1)])])
    }

    @Test("a fork that failed is tried again after a pause, as if a worker had died young")
    func forkFailure() {
        var state = PoolState(2...2)
        state.play([
            (0, .time, [.start(slot: 0, generation: 1), .start(slot: 1, generation: 1)]),
            (0, .startFailed(slot: 0), []),
            (0, .workerStarted(slot: 1, pid: 101), []),
            (99, .time, []),
            (100, .time, [.start(slot: 0, generation: 1)]),
            (100, .startFailed(slot: 0), []),
            (299, .time, []),
            (300, .time, [.start(slot: 0, generation: 1)]),
        ])
    }

    @Test("the first to be given up is a worker that is missing anyway")
    func scaleDown() {
        var state = PoolState.serving(3)
        state.play([(10, .exited(100), [.crashed(100)]), (20, .step(-1), []), (5_000, .time, [])])
        #expect(state.occupied == 2 && state.braked == 0)
    }
}
