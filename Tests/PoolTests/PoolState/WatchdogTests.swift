import Testing

@testable import Pool

@Suite("The watchdog over signs of life")
struct WatchdogTests {
    private let overdue = PoolState.Action.unasked(.overdue, pid: 101, WorkerEnd(how: .signal(9)))

    @Test("a worker without a sign of life for as long as the limit is killed, once, and replaced when it is gone")
    func silence() {
        var state = PoolState.serving(2)
        state.play([
            (1_000, .signsOfLife([1_000, 0]), []),
            (2_000, .signsOfLife([2_000, 0]), []),
            (2_499, .signsOfLife([2_499, 0]), []),
            (2_500, .signsOfLife([2_500, 0]), [.send(.kill, pid: 101), .start(slot: 2, generation: 1)]),
            (2_500, .workerStarted(slot: 2, pid: 102), []),
            (2_600, .signsOfLife([2_600, 0, 2_600]), []),
            (2_700, .killed(101), [overdue]),
        ])
        #expect(state.occupied == 2)
    }

    @Test("signs of life from before a worker came do not count against it")
    func oldSigns() {
        var state = PoolState.serving(1)
        for second in 1...9 { state.play([(second * 1_000, .signsOfLife([second * 1_000]), [])]) }
        state.play([
            (9_500, .killed(100), [.wasKilled(100), .start(slot: 0, generation: 1)]),
            (9_500, .workerStarted(slot: 0, pid: 101), []),
            (10_500, .signsOfLife([0]), []),
            (12_000, .signsOfLife([0]), [.send(.kill, pid: 101), .start(slot: 1, generation: 1)]),
        ])
    }

    @Test("a worker that was asked to leave and is silent is killed before its drain is over, and its task waits for it alone")
    func leaving() {
        let limits = PoolState.Limits(startMilliseconds: 1_000, drainMilliseconds: 60_000, silenceMilliseconds: 2_500)
        var state = PoolState.serving(2...2, limits: limits)
        state.play([
            (100, .resize(task: 1, 1...1), [.send(.quit, pid: 101)]),
            (1_100, .signsOfLife([1_100, 0]), []),
            (2_600, .signsOfLife([2_600, 0]), [.send(.kill, pid: 101)]),
            (2_610, .killed(101), [overdue, .done(task: 1, .scaled(ready: 1, of: 1, milliseconds: 0, finished: 0))]),
        ])
    }

    @Test("after a suspension nobody is killed for the time that nobody had")
    func suspension() {
        var state = PoolState.serving(1)
        state.play([
            (1_000, .signsOfLife([900]), []),
            (90_000, .signsOfLife([900]), []),
            (91_000, .signsOfLife([900]), []),
            (92_499, .signsOfLife([900]), []),
            (92_500, .signsOfLife([900]), [.send(.kill, pid: 100), .start(slot: 1, generation: 1)]),
        ])
    }

    @Test("what is no longer than a late look is no suspension")
    func noSuspension() {
        var state = PoolState.serving(1)
        let gap = PoolState.suspensionMilliseconds
        state.play([
            (gap, .signsOfLife([0]), []),
            (2 * gap, .signsOfLife([0]), [.send(.kill, pid: 100), .start(slot: 1, generation: 1)]),
        ])
    }

    @Test("a suspension moves all that has a time: a drain, a reload, a scale")
    func deadlines() {
        var drain = PoolState.serving(1)
        drain.play([
            (100, .stop(isGraceful: true), [.send(.quit, pid: 100)]),
            (50_100, .time, []), (51_099, .time, []), (51_100, .time, [.send(.terminate, pid: 100)]),
        ])
        var reload = PoolState.serving(1)
        reload.play([
            (100, .reload(1, 1...1), [.start(slot: 1, generation: 2)]), (100, .workerStarted(slot: 1, pid: 200), []),
            (50_100, .time, []), (51_099, .time, []),
            (51_100, .time, [.done(task: 1, .reloadFailed(.late(ready: 0, of: 1))), .send(.quit, pid: 200)]),
        ])
        var scale = PoolState.serving(1)
        scale.play([
            (100, .resize(task: 1, 2...2), [.start(slot: 1, generation: 1)]), (100, .workerStarted(slot: 1, pid: 101), []),
            (50_100, .time, []), (51_099, .time, []),
            (51_100, .time, [.done(task: 1, .scaleFailed(.late(ready: 1, of: 2))), .send(.quit, pid: 101)]),
        ])
    }

    @Test("a driver that sleeps for as long as it is told to does not take that for a suspension")
    func longWaits() {
        let limits = PoolState.Limits(startMilliseconds: 30_000, drainMilliseconds: 60_000, silenceMilliseconds: 32_000)
        var state = PoolState.serving(1...1, limits: limits)
        _ = state.handle(.stop(isGraceful: true), at: 0)
        var now = 0
        var sent: [Int] = []
        while now < 70_000, let next = state.nextTime {
            #expect(next > now)
            now = next
            if !state.handle(.time, at: now).isEmpty { sent.append(now) }
        }
        #expect(sent.first == 60_000 && sent.dropFirst().first == 62_000)
    }
}
