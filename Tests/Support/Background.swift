import Foundation
import Synchronization

/// Work on a thread of its own: a peer that reads or writes while the test does something else.
public final class Background<Value: Sendable>: Sendable {
    private let outcome = Mutex<Swift.Result<Value, any Error>?>(nil)

    /// Begins.
    public init(_ work: @escaping @Sendable () throws -> Value) {
        Thread.detachNewThread { [self] in
            let result = Swift.Result(catching: work)
            outcome.withLock { $0 = result }
        }
    }

    /// What came of it, waited for.
    public func value(seconds: Double = 60) throws -> Value {
        try eventually(within: seconds) { outcome.withLock { $0 != nil } }
        guard let result = outcome.withLock({ $0 }) else { preconditionFailure("there is an outcome") }
        return try result.get()
    }
}
