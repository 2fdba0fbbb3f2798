import Support
import Testing

@testable import Pool

@Suite("The pool under whatever may happen, in whatever order")
struct RandomEventsTests {
    private static let sequences: UInt64 = 1_000
    private static let events = 300

    private func report(_ pool: SimulatedPool, seed: UInt64, location: SourceLocation = #_sourceLocation) -> Bool {
        guard let fault = pool.fault else { return true }
        Issue.record("seed \(seed): \(fault)\n\(pool.history)", sourceLocation: location)
        return false
    }

    @Test("no worker too many, no slot leaked, no task forgotten; it recovers when the trouble ends, and every stop ends")
    func anything() {
        for seed in 0..<Self.sequences {
            var pool = SimulatedPool(seed: seed)
            while pool.eventCount < Self.events, pool.fault == nil, !pool.hasLeft { pool.disturb() }
            if !pool.state.isStopping {
                pool.endTrouble()
                pool.pass(milliseconds: 30_000)
                pool.checkRecovery()
            }
            guard report(pool, seed: seed) else { return }
        }
    }

    @Test("a stop ends in the drain's time and that of two signals, whatever went before", arguments: [true, false])
    func stop(isGraceful: Bool) {
        for seed in 0..<Self.sequences / 2 {
            var pool = SimulatedPool(seed: seed)
            while pool.eventCount < Self.events / 2, pool.fault == nil, !pool.state.isStopping { pool.disturb() }
            if !pool.hasLeft { pool.stop(isGraceful: isGraceful) }
            let drain = isGraceful ? SimulatedPool.limits.drainMilliseconds : 0
            if !pool.hasLeft { pool.pass(milliseconds: drain + 2 * PoolState.terminationMilliseconds + 200) }
            pool.checkEnd()
            guard report(pool, seed: seed) else { return }
        }
    }
}
