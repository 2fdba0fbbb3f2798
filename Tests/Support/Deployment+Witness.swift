import Synchronization

/// What a deployment's processes show of themselves, kept for the search for secrets at the end of the run.
extension Deployment {
    private struct Weak: Sendable {
        weak var deployment: Deployment?
    }

    /// Those that have not come to their end; some only do with the process.
    private static let living = Mutex<[Weak]>([])
    private static let responses = Atomic<Int>(0)
    private static let responsesBetweenLooks = 1_000

    /// Looks at master, workers and the operator's process.
    func look() { Witness.look(at: [masterID] + Support.children(of: masterID)) }

    /// Looks for the first time, and has it done again now and then.
    func beginWitness() {
        Self.living.withLock { $0.append(Weak(deployment: self)) }
        look()
    }

    /// Looks at all deployments, once in many responses.
    static func lookNowAndThen() {
        guard responses.add(1, ordering: .relaxed).newValue % responsesBetweenLooks == 0 else { return }
        let deployments = living.withLock { living in
            living.removeAll { $0.deployment == nil }
            return living.compactMap(\.deployment)
        }
        for deployment in deployments { deployment.look() }
    }
}
