import Testing

@testable import Pool

@Suite("What the master decides")
struct PoolStateTests {
    /// A time, an event, and the actions that it leads to.
    private typealias Step = (at: Int, event: PoolState.Event, actions: [PoolState.Action])

    private func play(_ steps: [Step], in state: inout PoolState, location: SourceLocation = #_sourceLocation) {
        for (number, step) in steps.enumerated() {
            let actions = state.handle(step.event, at: step.at)
            #expect(actions == step.actions, "step \(number): \(step.event) at \(step.at)", sourceLocation: location)
        }
    }

    /// A pool whose workers have the process ids 100, 101 … and were started at 0.
    private func running(_ workers: Int, drain: Int = 30_000) -> PoolState {
        var state = PoolState(workers: workers, drainMilliseconds: drain, at: 0)
        #expect(state.handle(.time, at: 0) == (0..<workers).map { .start(slot: $0) })
        for slot in 0..<workers { #expect(state.handle(.workerStarted(slot: slot, pid: Int32(100 + slot)), at: 0) == []) }
        return state
    }

    @Test("all workers are started at once, and once")
    func start() {
        var state = running(3)
        #expect(state.nextTime == nil)
        play([(1, .time, []), (60_000, .time, [])], in: &state)
    }

    @Test("a worker that ends after a good life is replaced at once, in its own slot")
    func replacement() {
        var state = running(3)
        play(
            [
                (1_000, .workerEnded(pid: 101), [.start(slot: 1)]),
                (1_000, .workerStarted(slot: 1, pid: 200), []),
                (5_000, .workerEnded(pid: 102), [.start(slot: 2)]),
                (5_000, .workerStarted(slot: 2, pid: 201), []),
                (9_000, .workerEnded(pid: 200), [.start(slot: 1)]),
            ],
            in: &state
        )
    }

    @Test("the end of a process that is no worker changes nothing")
    func stranger() {
        var state = running(2)
        play([(5_000, .workerEnded(pid: 99), []), (5_000, .signal(.childEnded), [])], in: &state)
    }

    @Test("a worker that dies young is replaced after a pause that doubles to its cap")
    func brake() {
        var state = running(1)
        var now = 0
        var pid: Int32 = 100
        for pause in [100, 200, 400, 800, 1_600, 3_200, 5_000, 5_000, 5_000] {
            now += PoolState.shortestLifeMilliseconds - 1
            play([(now, .workerEnded(pid: pid), [])], in: &state)
            #expect(state.nextTime == now + pause)
            play([(now + pause - 1, .time, []), (now + pause, .time, [.start(slot: 0)])], in: &state)
            now += pause
            pid += 1
            play([(now, .workerStarted(slot: 0, pid: pid), [])], in: &state)
        }
    }

    @Test("the pause stays at its cap, however many have died")
    func brakeForEver() {
        var state = running(1)
        var now = 0
        for death in 0..<200 {
            play([(now, .workerEnded(pid: Int32(100 + death)), [])], in: &state)
            now = state.nextTime ?? 0
            play([(now, .time, [.start(slot: 0)]), (now, .workerStarted(slot: 0, pid: Int32(101 + death)), [])], in: &state)
        }
        play([(now, .workerEnded(pid: 300), [])], in: &state)
        #expect(state.nextTime == now + PoolState.longestPauseMilliseconds)
    }

    @Test("a worker that lived takes the brake off")
    func brakeReset() {
        var state = running(1)
        play(
            [
                (10, .workerEnded(pid: 100), []),
                (110, .time, [.start(slot: 0)]),
                (110, .workerStarted(slot: 0, pid: 101), []),
                (120, .workerEnded(pid: 101), []),
                (320, .time, [.start(slot: 0)]),
                (320, .workerStarted(slot: 0, pid: 102), []),
                (1_320, .workerEnded(pid: 102), [.start(slot: 0)]),
                (1_320, .workerStarted(slot: 0, pid: 103), []),
                (1_330, .workerEnded(pid: 103), []),
                (1_430, .time, [.start(slot: 0)]),
            ],
            in: &state
        )
    }

    @Test("the brake of one slot holds up no other")
    func brakeOfOne() {
        var state = running(2)
        play(
            [
                (10, .workerEnded(pid: 100), []),
                (1_005, .workerEnded(pid: 101), [.start(slot: 0), .start(slot: 1)]),
            ],
            in: &state
        )
        var other = running(2)
        play([(999, .workerEnded(pid: 100), []), (1_005, .workerEnded(pid: 101), [.start(slot: 1)])], in: &other)
    }

    @Test("a fork that failed is tried again after a pause, as if a worker had died young")
    func forkFailure() {
        var state = PoolState(workers: 2, drainMilliseconds: 1_000, at: 0)
        play(
            [
                (0, .time, [.start(slot: 0), .start(slot: 1)]),
                (0, .startFailed(slot: 0), []),
                (0, .workerStarted(slot: 1, pid: 101), []),
                (99, .time, []),
                (100, .time, [.start(slot: 0)]),
                (100, .startFailed(slot: 0), []),
                (299, .time, []),
                (300, .time, [.start(slot: 0)]),
            ],
            in: &state
        )
    }

    @Test("QUIT asks all workers, replaces none of them, and leaves when the last is gone")
    func quit() {
        var state = running(2)
        play(
            [
                (50, .signal(.quit), [.send(.quit, pid: 100), .send(.quit, pid: 101)]),
                (60, .workerEnded(pid: 101), []),
                (70, .signal(.quit), []),
                (5_000, .time, []),
                (9_000, .workerEnded(pid: 100), [.leave]),
            ],
            in: &state
        )
    }

    @Test("workers that do not finish in the drain's time are ended, and killed where they do not go even then")
    func drain() {
        var state = running(3, drain: 1_000)
        play(
            [
                (50, .signal(.quit), [.send(.quit, pid: 100), .send(.quit, pid: 101), .send(.quit, pid: 102)]),
                (60, .workerEnded(pid: 100), []),
                (1_049, .time, []),
                (1_050, .time, [.send(.terminate, pid: 101), .send(.terminate, pid: 102)]),
                (1_060, .workerEnded(pid: 101), []),
                (3_049, .time, []),
                (3_050, .time, [.send(.kill, pid: 102)]),
                (5_050, .time, [.send(.kill, pid: 102)]),
                (5_060, .workerEnded(pid: 102), [.leave]),
            ],
            in: &state
        )
    }

    @Test("the master wakes when the drain, and then the termination, is due")
    func wakes() {
        var state = running(1, drain: 1_000)
        _ = state.handle(.signal(.quit), at: 50)
        #expect(state.nextTime == 1_050)
        _ = state.handle(.time, at: 1_050)
        #expect(state.nextTime == 3_050)
    }

    @Test("TERM ends the workers at once, and overrides a QUIT")
    func terminate() {
        var state = running(2)
        play(
            [
                (50, .signal(.quit), [.send(.quit, pid: 100), .send(.quit, pid: 101)]),
                (60, .signal(.terminate), [.send(.terminate, pid: 100), .send(.terminate, pid: 101)]),
                (70, .workerEnded(pid: 100), []),
                (2_060, .time, [.send(.kill, pid: 101)]),
                (2_061, .workerEnded(pid: 101), [.leave]),
            ],
            in: &state
        )
    }

    @Test("a QUIT does not slow down a TERM, nor does a second TERM start anew")
    func noWayBack() {
        var state = running(1)
        play(
            [
                (50, .signal(.terminate), [.send(.terminate, pid: 100)]),
                (60, .signal(.quit), []),
                (1_000, .signal(.terminate), []),
                (2_049, .time, []),
                (2_050, .time, [.send(.kill, pid: 100)]),
            ],
            in: &state
        )
    }

    @Test("a pool without a living worker leaves at once", arguments: [Signal.quit, .terminate])
    func noWorkers(signal: Signal) {
        var state = running(1)
        play([(10, .workerEnded(pid: 100), []), (20, .signal(signal), [.leave])], in: &state)
    }
}
