import Foundation
import Support
import Synchronization

/// Somebody who calls again and again until he is stopped: a little load.
final class Callers: Sendable {
    private let isOver = Atomic<Bool>(false)
    private let answered = Atomic<Int>(0)
    private let work = Mutex<Background<Void>?>(nil)

    init(_ client: Client, token: String) {
        let background = Background { [self] in
            while !isOver.load(ordering: .relaxed) {
                _ = try? client.get(count % 5 == 0 ? "users" : "sessions?limit=1", token: token)
                answered.add(1, ordering: .relaxed)
            }
        }
        work.withLock { $0 = background }
    }

    /// How many calls have been answered.
    var count: Int { answered.load(ordering: .relaxed) }

    /// Waits for that many more.
    func serve(_ more: Int) throws {
        let goal = count + more
        try eventually(within: 60) { count >= goal }
    }

    func stop() {
        isOver.store(true, ordering: .relaxed)
        _ = try? work.withLock { $0 }?.value()
    }
}
