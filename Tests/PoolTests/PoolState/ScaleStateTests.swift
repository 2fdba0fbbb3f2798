import Testing

@testable import Pool

@Suite("How the number of workers is changed")
struct ScaleStateTests {
    @Test("more workers are there once they are ready")
    func up() {
        var state = PoolState.serving(1)
        state.play([
            (100, .resize(task: 1, 3...3), [.start(slot: 1, generation: 1), .start(slot: 2, generation: 1)]),
            (100, .workerStarted(slot: 1, pid: 101), []), (100, .workerStarted(slot: 2, pid: 102), []),
            (130, .workerReady(slot: 2), []),
            (140, .workerReady(slot: 1), [.done(task: 1, .scaled(ready: 3, of: 3, milliseconds: 40, finished: 0))]),
        ])
        #expect(state.nextTime == nil && !state.isResizing)
    }

    @Test("fewer are there once those that are too many, the highest, are gone")
    func down() {
        var state = PoolState.serving(3)
        state.play([
            (100, .resize(task: 1, 1...1), [.send(.quit, pid: 102), .send(.quit, pid: 101)]),
            (110, .left(101), []),
            (1_100, .time, [.send(.terminate, pid: 102)]),
            (1_110, .killed(102, by: 15), [.done(task: 1, .scaled(ready: 1, of: 1, milliseconds: 0, finished: 0))]),
        ])
        #expect(state.occupied == 1)
    }

    @Test("as many as there are is done at once")
    func same() {
        var state = PoolState.serving(2)
        state.play([(100, .resize(task: 1, 1...4), [.done(task: 1, .scaled(ready: 2, of: 2, milliseconds: 0, finished: 0))])])
        #expect(state.size == 2 && state.range == 1...4)
    }

    @Test("workers that leave for another reason are not waited for, nor are their requests counted")
    func others() {
        var state = PoolState.serving(4)
        state.play([
            (100, .step(-1), [.send(.quit, pid: 103)]),
            (110, .resize(task: 1, 2...2), [.send(.quit, pid: 102)]),
            (120, .left(102, hasFinishedRequest: true), [.done(task: 1, .scaled(ready: 2, of: 2, milliseconds: 0, finished: 1))]),
            (130, .left(103, hasFinishedRequest: true), []),
        ])
    }

    @Test("requests finished on workers that leave before the others are ready are counted")
    func finishedEarly() {
        var state = PoolState.serving(3)
        state.play([
            (1_050, .killed(100), [.wasKilled(100), .start(slot: 0, generation: 1)]),
            (1_050, .workerStarted(slot: 0, pid: 200), []),
            (1_060, .resize(task: 1, 2...2), [.send(.quit, pid: 102)]),
            (1_070, .left(102, hasFinishedRequest: true), []),
            (1_080, .workerReady(slot: 0), [.done(task: 1, .scaled(ready: 2, of: 2, milliseconds: 20, finished: 1))]),
        ])
    }

    @Test("where the workers are not ready in time, the former range and size hold again, at once")
    func late() {
        var state = PoolState.serving(2...4)
        state.play([
            (100, .resize(task: 1, 4...6), [.start(slot: 2, generation: 1), .start(slot: 3, generation: 1)]),
            (100, .workerStarted(slot: 2, pid: 102), []), (100, .workerStarted(slot: 3, pid: 103), []),
            (200, .workerReady(slot: 2), []),
        ])
        #expect(state.nextTime == 1_100 && state.range == 4...6)
        state.play([
            (1_099, .time, []),
            (1_100, .time, [.done(task: 1, .scaleFailed(.late(ready: 3, of: 4))), .send(.quit, pid: 103), .send(.quit, pid: 102)]),
        ])
        #expect(state.range == 2...4 && state.size == 2)
    }

    @Test("one at a time")
    func second() {
        var state = PoolState.serving(1)
        state.play([
            (100, .resize(task: 1, 2...2), [.start(slot: 1, generation: 1)]),
            (110, .resize(task: 2, 3...3), [.done(task: 2, .scaleFailed(.overridden))]),
        ])
        #expect(state.range == 2...2)
    }

    @Test("a stop and a rest call it off", arguments: [PoolState.Event.stop(isGraceful: true), .rest])
    func overridden(event: PoolState.Event) {
        var state = PoolState.serving(1)
        state.play([
            (100, .resize(task: 1, 2...2), [.start(slot: 1, generation: 1)]),
            (100, .workerStarted(slot: 1, pid: 101), []),
            (110, event, [.done(task: 1, .scaleFailed(.overridden)), .send(.quit, pid: 100), .send(.quit, pid: 101)]),
        ])
    }

    @Test("TTIN and TTOU move range and size by one, to no fewer than one worker, and to what leaves room for a reload")
    func steps() {
        let cases: [(start: ClosedRange<Int>, step: Int, range: ClosedRange<Int>, size: Int)] = [
            (2...2, 1, 3...3, 3), (2...2, -1, 1...1, 1), (1...1, -1, 1...1, 1), (1...4, -1, 1...3, 1), (2...6, -1, 1...5, 1), (2...6, 1, 3...7, 3),
            (8...8, 1, 8...8, 8), (7...8, 1, 8...8, 8),
        ]
        for (start, step, range, size) in cases {
            var state = PoolState.serving(start)
            _ = state.handle(.step(step), at: 10)
            #expect(state.range == range && state.size == size, "\(start) \(step)")
        }
    }

    @Test("a pool of a range grows while requests wait")
    func grows() {
        var state = PoolState.serving(1...3)
        state.play([
            (100, .load(PoolSizer.Load(queue: 5, busy: 1)), []),
            (200, .load(PoolSizer.Load(queue: 5, busy: 1)), [.start(slot: 1, generation: 1)]),
            (200, .workerStarted(slot: 1, pid: 101), []),
            (300, .load(PoolSizer.Load(queue: 5, busy: 2)), [.start(slot: 2, generation: 1)]),
            (400, .load(PoolSizer.Load(queue: 5, busy: 2)), []),
        ])
        #expect(state.size == 3 && state.limitReached == 1)
    }
}
