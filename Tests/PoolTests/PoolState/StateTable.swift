import Testing

@testable import Pool

/// A time, an event, and the actions that it leads to.
typealias Step = (at: Int, event: PoolState.Event, actions: [PoolState.Action])

extension PoolState {
    static let someLimits = Limits(startMilliseconds: 1_000, drainMilliseconds: 1_000, silenceMilliseconds: 2_500)

    /// A pool of which nothing is started yet.
    init(_ range: ClosedRange<Int>, limits: Limits = someLimits, slotCount: Int = 16) {
        self.init(generation: 1, range: range, limits: limits, slotCount: slotCount, at: 0)
    }

    /// A pool whose workers have the process ids 100, 101 …, were started at 0 and can serve.
    static func serving(_ range: ClosedRange<Int>, limits: Limits = someLimits, slotCount: Int = 16) -> PoolState {
        var state = PoolState(range, limits: limits, slotCount: slotCount)
        state.play([(0, .time, (0..<range.lowerBound).map { .start(slot: $0, generation: 1) })])
        state.play((0..<range.lowerBound).map { (0, .workerStarted(slot: $0, pid: Int32(100 + $0)), []) })
        state.play((0..<range.lowerBound).map { (0, .workerReady(slot: $0), []) })
        return state
    }

    static func serving(_ workers: Int) -> PoolState { serving(workers...workers) }

    mutating func play(_ steps: [Step], location: SourceLocation = #_sourceLocation) {
        for (number, step) in steps.enumerated() {
            let actions = handle(step.event, at: step.at)
            #expect(actions == step.actions, "step \(number): \(step.event) at \(step.at)", sourceLocation: location)
        }
    }

    /// Lets time pass, with nothing but looks at the clock when they are due; what came of it, and when.
    mutating func pass(from start: Int, to end: Int) -> [(at: Int, action: Action)] {
        var now = start
        var log: [(at: Int, action: Action)] = []
        while now < end {
            now = min(end, now + 1_000, nextTime ?? end)
            log += handle(.time, at: now).map { (now, $0) }
        }
        return log
    }
}

extension PoolState.Event {
    /// Ends that tests use: by themselves, by a signal, after a request of their last, by their number of requests.
    static func exited(_ pid: Int32, status: Int32 = 1, answered: Int = 0) -> Self {
        .workerEnded(pid: pid, WorkerEnd(how: .exit(status), answered: answered))
    }

    static func killed(_ pid: Int32, by signal: Int32 = 9) -> Self { .workerEnded(pid: pid, WorkerEnd(how: .signal(signal))) }

    static func left(_ pid: Int32, hasFinishedRequest: Bool = false) -> Self {
        .workerEnded(pid: pid, WorkerEnd(how: .exit(0), answered: 5, hasFinishedRequest: hasFinishedRequest))
    }

    static func reload(_ task: Int, generation: Int = 2, _ range: ClosedRange<Int>) -> Self {
        .reload(PoolState.Plan(task: task, generation: generation, range: range, limits: PoolState.someLimits))
    }
}

extension PoolState.Action {
    static func crashed(_ pid: Int32, status: Int32 = 1, answered: Int = 0) -> Self {
        .unasked(.exit, pid: pid, WorkerEnd(how: .exit(status), answered: answered))
    }

    static func wasKilled(_ pid: Int32, by signal: Int32 = 9) -> Self { .unasked(.signal, pid: pid, WorkerEnd(how: .signal(signal))) }
}
