import Foundation
import Support
import Synchronization

/// Callers that ask for one page without end, each on a thread of its own, and compare what comes with what came at first.
final class CallLoad: Sendable {
    private static let callers = 4
    private static let pauseMicroseconds: UInt32 = 5_000

    private let isOver = Atomic<Bool>(false)
    private let good = Atomic<Int>(0)
    private let bad = Mutex<[String]>([])
    private let work = Mutex<[Background<Void>]>([])

    init(_ client: Client, token: String) throws {
        let expected = try client.get("sessions?limit=3", token: token)
        guard expected.status == 200, expected.isWhole else { throw ChildProcess.Failure(description: "\(expected.status) \(expected.text)") }
        work.withLock { work in
            work = (0..<Self.callers).map { _ in
                Background { [self] in call(client, token: token, expecting: expected.body) }
            }
        }
    }

    private func call(_ client: Client, token: String, expecting body: [UInt8]) {
        while !isOver.load(ordering: .relaxed) {
            let answer = Result { try client.get("sessions?limit=3", token: token) }
            if case .success(let response) = answer, response.status == 200, response.body == body, response.isWhole {
                good.add(1, ordering: .relaxed)
            } else {
                bad.withLock { $0.append((try? answer.get()).map { "\($0.status) \($0.text.prefix(200))" } ?? "\(answer)") }
            }
            usleep(Self.pauseMicroseconds)
        }
    }

    /// How many good answers there are.
    var count: Int { good.load(ordering: .relaxed) }

    /// Waits until that many more good answers have come.
    func serve(_ more: Int) throws {
        let goal = count + more
        try eventually(within: 30) { count >= goal }
    }

    /// Ends it; returns the answers that nobody should get.
    func stop() throws -> [String] {
        isOver.store(true, ordering: .relaxed)
        for caller in work.withLock({ $0 }) { try caller.value() }
        return bad.withLock { $0 }
    }
}
