import Testing

@testable import Pool

@Suite("A reload")
struct ReloadStateTests {
    /// Two workers, and two new ones on their way that have the process ids 200 and 201, since 100.
    private func reloading() -> PoolState {
        var state = PoolState.serving(2)
        state.play([
            (100, .reload(1, 2...2), [.start(slot: 2, generation: 2), .start(slot: 3, generation: 2)]),
            (100, .workerStarted(slot: 2, pid: 200), []), (100, .workerStarted(slot: 3, pid: 201), []),
        ])
        #expect(state.phase == .reloading && state.isReloading)
        return state
    }

    private let newLeave: [PoolState.Action] = [.send(.quit, pid: 200), .send(.quit, pid: 201)]

    @Test("the old workers are asked to leave once all of the new are ready; it is done when the last of them is gone")
    func commit() {
        var state = reloading()
        state.play([
            (140, .workerReady(slot: 3), []),
            (170, .workerReady(slot: 2), [.committed(generation: 2), .send(.quit, pid: 100), .send(.quit, pid: 101)]),
            (180, .left(100, hasFinishedRequest: true), []),
            (900, .left(101), [.done(task: 1, .reloaded(ready: 2, of: 2, milliseconds: 70, finished: 1))]),
        ])
        #expect(state.generation == 2 && state.phase == .running && state.occupied == 2 && state.nextTime == nil)
    }

    @Test("an old worker that does not leave is ended, and the reload waits for it")
    func escalation() {
        var state = reloading()
        state.play([
            (170, .workerReady(slot: 2), []),
            (170, .workerReady(slot: 3), [.committed(generation: 2), .send(.quit, pid: 100), .send(.quit, pid: 101)]),
            (180, .left(101), []),
            (1_170, .time, [.send(.terminate, pid: 100)]),
            (3_170, .time, [.send(.kill, pid: 100)]),
            (3_180, .killed(100), [.done(task: 1, .reloaded(ready: 2, of: 2, milliseconds: 70, finished: 0))]),
        ])
    }

    @Test("where no old worker is left, it is done at once")
    func nothingOld() {
        var state = PoolState.serving(1)
        state.play([
            (10, .exited(100), [.crashed(100)]),
            (20, .reload(1, 1...1), [.start(slot: 1, generation: 2)]),
            (20, .workerStarted(slot: 1, pid: 200), []),
            (50, .workerReady(slot: 1), [.committed(generation: 2), .done(task: 1, .reloaded(ready: 1, of: 1, milliseconds: 30, finished: 0))]),
            (5_000, .time, []),
        ])
        #expect(state.occupied == 1 && state.braked == 0)
    }

    @Test("it fails when a new worker ends, and the other new ones are asked to leave")
    func death() {
        var state = reloading()
        state.play([
            (140, .workerReady(slot: 2), []),
            (
                150, .exited(201),
                [.crashed(201), .done(task: 1, .reloadFailed(.died(WorkerEnd(how: .exit(1))))), .send(.quit, pid: 200)]
            ),
            (160, .left(200), []),
        ])
        #expect(state.generation == 1 && state.phase == .running && state.readyCount == 2 && state.occupied == 2)
    }

    @Test("a new worker that has reached its number of requests is no failure")
    func maxRequests() {
        var state = reloading()
        let end = WorkerEnd(how: .exit(WorkerExit.maxRequests.rawValue), answered: 1)
        state.play([
            (140, .workerReady(slot: 2), []),
            (150, .workerEnded(pid: 200, end), [.unasked(.maxRequests, pid: 200, end), .start(slot: 2, generation: 2)]),
        ])
        #expect(state.isReloading)
    }

    @Test("it fails when the new workers are not ready in time")
    func late() {
        var state = reloading()
        state.play([(140, .workerReady(slot: 2), [])])
        #expect(state.nextTime == 1_100)
        state.play([
            (1_099, .time, []),
            (1_100, .time, [.done(task: 1, .reloadFailed(.late(ready: 1, of: 2)))] + newLeave),
            (1_110, .left(200), []), (1_110, .left(201), []),
        ])
        #expect(state.generation == 1 && state.occupied == 2 && state.nextTime == nil)
    }

    @Test("it fails when there can be no new process, and one that was being forked meanwhile is asked to leave")
    func fork() {
        var state = PoolState.serving(1)
        state.play([
            (100, .reload(1, 2...2), [.start(slot: 1, generation: 2), .start(slot: 2, generation: 2)]),
            (100, .startFailed(slot: 1), [.done(task: 1, .reloadFailed(.fork))]),
            (100, .workerStarted(slot: 2, pid: 201), [.send(.quit, pid: 201)]),
            (110, .left(201), []),
        ])
        #expect(state.size == 1 && state.occupied == 1 && state.nextTime == nil)
    }

    @Test("it does not fail since an old worker cannot be replaced")
    func forkOfOld() {
        var state = reloading()
        state.play([
            (1_050, .killed(100), [.wasKilled(100), .start(slot: 0, generation: 1)]),
            (1_050, .startFailed(slot: 0), []),
        ])
        #expect(state.isReloading && state.braked == 1)
    }

    @Test("a stop, a rest and another reload override it", arguments: [PoolState.Event.stop(isGraceful: true), .rest])
    func overridden(event: PoolState.Event) {
        var state = reloading()
        let all: [PoolState.Action] = [.send(.quit, pid: 100), .send(.quit, pid: 101)] + newLeave
        state.play([(150, event, [.done(task: 1, .reloadFailed(.overridden))] + all)])
        #expect(!state.isReloading)
    }

    @Test("another reload overrides it: its workers leave, and others come")
    func another() {
        var state = reloading()
        state.play([
            (
                150, .reload(2, generation: 3, 1...1),
                [.done(task: 1, .reloadFailed(.overridden))] + newLeave + [.start(slot: 4, generation: 3)]
            ),
            (150, .workerStarted(slot: 4, pid: 300), []),
            (160, .left(200), []), (160, .left(201), []),
            (170, .workerReady(slot: 4), [.committed(generation: 3), .send(.quit, pid: 100), .send(.quit, pid: 101)]),
            (180, .left(100), []),
            (190, .left(101), [.done(task: 2, .reloaded(ready: 1, of: 1, milliseconds: 20, finished: 0))]),
        ])
        #expect(state.size == 1 && state.range == 1...1)
    }

    @Test("old workers that die meanwhile are replaced, with the old settings")
    func oldDeath() {
        var state = reloading()
        state.play([
            (1_050, .killed(101), [.wasKilled(101), .start(slot: 1, generation: 1)]),
            (1_050, .workerStarted(slot: 1, pid: 102), []),
            (1_060, .workerReady(slot: 2), []),
            (1_060, .workerReady(slot: 3), [.committed(generation: 2), .send(.quit, pid: 100), .send(.quit, pid: 102)]),
        ])
    }

    @Test("an old worker whose replacement waits for its pause is not waited for")
    func braked() {
        var state = reloading()
        state.play([
            (150, .exited(101), [.crashed(101)]),
            (160, .workerReady(slot: 2), []),
            (160, .workerReady(slot: 3), [.committed(generation: 2), .send(.quit, pid: 100)]),
            (170, .left(100), [.done(task: 1, .reloaded(ready: 2, of: 2, milliseconds: 60, finished: 0))]),
            (5_000, .time, []),
        ])
        #expect(state.braked == 0 && state.occupied == 2)
    }

    @Test("the size stays where the new range has it, and else goes to the nearest that it has", arguments: [(1...8, 2), (4...8, 4), (1...1, 1)])
    func size(range: ClosedRange<Int>, size: Int) {
        var state = PoolState.serving(2)
        state.play([(100, .reload(1, range), (2..<2 + size).map { .start(slot: $0, generation: 2) })])
        for slot in 2..<2 + size { _ = state.handle(.workerStarted(slot: slot, pid: Int32(200 + slot)), at: 100) }
        for slot in 2..<2 + size { _ = state.handle(.workerReady(slot: slot), at: 120) }
        #expect(state.size == size && state.range == range && state.generation == 2)
    }

    @Test("a scale that comes meanwhile outlasts it")
    func scaleMeanwhile() {
        var state = reloading()
        state.play([
            (
                110, .resize(task: 2, 1...1),
                [
                    .send(.quit, pid: 101), .send(.quit, pid: 201),
                ]
            )
        ])
        #expect(state.range == 1...1)
        state.play([
            (120, .left(101), []),
            (120, .left(201), [.done(task: 2, .scaled(ready: 1, of: 1, milliseconds: 0, finished: 0))]),
            (140, .workerReady(slot: 2), [.committed(generation: 2), .send(.quit, pid: 100)]),
            (150, .left(100), [.done(task: 1, .reloaded(ready: 1, of: 1, milliseconds: 40, finished: 0))]),
        ])
        #expect(state.range == 1...1 && state.size == 1)
    }

    @Test("a scale that is under way outlasts it, and falls back to the new settings where it fails")
    func scaleBefore() {
        var state = PoolState.serving(1)
        state.play([
            (100, .resize(task: 1, 2...2), [.start(slot: 1, generation: 1)]),
            (100, .workerStarted(slot: 1, pid: 101), []),
            (200, .reload(2, 1...4), [.start(slot: 2, generation: 2), .start(slot: 3, generation: 2)]),
            (200, .workerStarted(slot: 2, pid: 200), []), (200, .workerStarted(slot: 3, pid: 201), []),
            (300, .workerReady(slot: 2), []),
            (
                310, .workerReady(slot: 3),
                [
                    .committed(generation: 2), .send(.quit, pid: 100), .send(.quit, pid: 101),
                    .done(task: 1, .scaled(ready: 2, of: 2, milliseconds: 210, finished: 0)),
                ]
            ),
        ])
        #expect(state.range == 2...2)
    }
}
