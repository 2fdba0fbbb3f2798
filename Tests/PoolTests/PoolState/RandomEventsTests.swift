import Support
import Testing

@testable import Pool

@Suite("The pool under whatever may happen, in whatever order")
struct RandomEventsTests {
    private static let sequences: UInt64 = 1_000
    private static let events = 300

    /// The pools run beside each other in so many parts.
    private static let parts: UInt64 = 4

    @Test("no worker too many, no slot leaked, no task forgotten; it recovers when trouble ends, and every stop ends", arguments: 0..<parts)
    func anything(part: UInt64) {
        for seed in stride(from: part, to: Self.sequences, by: Int(Self.parts)) {
            var pool = SimulatedPool(seed: seed)
            while pool.eventCount < Self.events, pool.fault == nil, !pool.hasLeft { pool.disturb() }
            if seed % 3 == 0 { recover(&pool) }
            stop(&pool, isGraceful: seed % 2 == 0)
            if let fault = pool.fault {
                Issue.record("seed \(seed): \(fault)\n\(pool.history)")
                return
            }
        }
    }

    private func recover(_ pool: inout SimulatedPool) {
        guard !pool.state.isStopping else { return }
        pool.endTrouble()
        pool.pass(milliseconds: 15_000)
        pool.checkRecovery()
    }

    private func stop(_ pool: inout SimulatedPool, isGraceful: Bool) {
        guard !pool.hasLeft else { return }
        pool.stop(isGraceful: isGraceful)
        let drain = isGraceful ? SimulatedPool.limits.drainMilliseconds : 0
        // A moment for the last process to go.
        if !pool.hasLeft { pool.pass(milliseconds: drain + 2 * PoolState.terminationMilliseconds + 200) }
        pool.checkEnd()
    }
}
