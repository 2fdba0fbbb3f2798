import Testing

@testable import Pool

@Suite("How the pool stops, and rests")
struct StopTests {
    private let quits: [PoolState.Action] = [.send(.quit, pid: 100), .send(.quit, pid: 101)]

    @Test("QUIT asks all workers once, replaces none of them, and leaves when the last is gone")
    func quit() {
        var state = PoolState.serving(2)
        state.play([
            (50, .stop(isGraceful: true), quits),
            (60, .killed(101), []),
            (70, .stop(isGraceful: true), []),
            (900, .time, []),
            (950, .left(100), [.leave]),
        ])
        #expect(state.isStopping && state.occupied == 0)
    }

    @Test("workers that do not finish in the drain's time are ended, and killed where they do not go even then, each on its own")
    func drain() {
        var state = PoolState.serving(3)
        state.play([
            (50, .stop(isGraceful: true), quits + [.send(.quit, pid: 102)]),
            (60, .left(100), []),
            (1_049, .time, []),
            (1_050, .time, [.send(.terminate, pid: 101), .send(.terminate, pid: 102)]),
            (1_060, .killed(101, by: 15), []),
            (3_049, .time, []),
            (3_050, .time, [.send(.kill, pid: 102)]),
            (5_050, .time, [.send(.kill, pid: 102)]),
            (5_060, .killed(102), [.leave]),
        ])
    }

    @Test("TERM ends the workers at once, and overrides a QUIT")
    func terminate() {
        var state = PoolState.serving(2)
        state.play([
            (50, .stop(isGraceful: true), quits),
            (60, .stop(isGraceful: false), [.send(.terminate, pid: 100), .send(.terminate, pid: 101)]),
            (70, .killed(100, by: 15), []),
            (2_060, .time, [.send(.kill, pid: 101)]),
            (2_061, .killed(101), [.leave]),
        ])
    }

    @Test("a QUIT does not slow down a TERM, nor does a second TERM start anew")
    func noWayBack() {
        var state = PoolState.serving(1)
        state.play([
            (50, .stop(isGraceful: false), [.send(.terminate, pid: 100)]),
            (60, .stop(isGraceful: true), []),
            (1_000, .stop(isGraceful: false), []),
            (2_049, .time, []),
            (2_050, .time, [.send(.kill, pid: 100)]),
        ])
    }

    @Test("a pool without a living worker leaves at once, and forgets who was to come", arguments: [true, false])
    func noWorkers(isGraceful: Bool) {
        var state = PoolState.serving(1)
        state.play([(10, .exited(100), [.crashed(100)]), (20, .stop(isGraceful: isGraceful), [.leave])])
        #expect(state.nextTime == nil)
    }

    @Test("a worker that was being forked when the stop came is asked to leave, or ended, and waited for")
    func forking() {
        var state = PoolState(1...1)
        state.play([
            (0, .time, [.start(slot: 0, generation: 1)]),
            (1, .stop(isGraceful: true), []),
            (2, .workerStarted(slot: 0, pid: 100), [.send(.quit, pid: 100)]),
            (3, .left(100), [.leave]),
        ])
        var hasty = PoolState(2...2)
        hasty.play([
            (0, .time, [.start(slot: 0, generation: 1), .start(slot: 1, generation: 1)]),
            (1, .stop(isGraceful: false), []),
            (2, .workerStarted(slot: 0, pid: 100), [.send(.terminate, pid: 100)]),
            (3, .startFailed(slot: 1), []),
            (4, .killed(100, by: 15), [.leave]),
        ])
    }

    @Test("nothing is begun any more once the pool stops, and whoever asks is told so")
    func nothingNew() {
        var state = PoolState.serving(1)
        state.play([
            (50, .stop(isGraceful: true), [.send(.quit, pid: 100)]),
            (51, .reload(1, 2...2), [.done(task: 1, .reloadFailed(.overridden))]),
            (52, .resize(task: 2, 4...4), [.done(task: 2, .scaleFailed(.overridden))]),
            (53, .step(1), []), (54, .rest, []), (55, .load(PoolSizer.Load(queue: 9, busy: 1)), []), (56, .workerReady(slot: 0), []),
            (60, .left(100), [.leave]),
        ])
    }

    @Test("WINCH ends the workers but not the master, and a reload brings new ones")
    func rest() {
        var state = PoolState.serving(2)
        state.play([
            (50, .rest, quits),
            (60, .left(100), []),
            (61, .rest, []), (62, .resize(task: 9, 3...3), [.done(task: 9, .scaleFailed(.overridden))]),
            (100, .left(101), []),
            (110, .load(PoolSizer.Load(queue: 9, busy: 0)), []),
            (200, .reload(1, 1...1), [.start(slot: 0, generation: 2)]),
            (200, .workerStarted(slot: 0, pid: 200), []),
        ])
        #expect(state.phase == .resting)
        state.play([
            (230, .workerReady(slot: 0), [.committed(generation: 2), .done(task: 1, .reloaded(ready: 1, of: 1, milliseconds: 30, finished: 0))])
        ])
        #expect(state.phase == .running)
    }

    @Test("a reload that fails leaves a resting pool at rest")
    func failedReturn() {
        var state = PoolState.serving(1)
        state.play([
            (50, .rest, [.send(.quit, pid: 100)]), (60, .left(100), []),
            (200, .reload(1, 1...1), [.start(slot: 0, generation: 2)]),
            (200, .startFailed(slot: 0), [.done(task: 1, .reloadFailed(.fork))]),
            (5_000, .time, []),
        ])
        #expect(state.phase == .resting && state.occupied == 0 && state.nextTime == nil)
    }

    @Test("a stop ends a rest")
    func stopAtRest() {
        var state = PoolState.serving(1)
        state.play([(50, .rest, [.send(.quit, pid: 100)]), (60, .stop(isGraceful: true), []), (70, .left(100), [.leave])])
    }
}
