import Foundation
import Support
import Testing

@Suite("A full accept queue")
struct FullQueueTests {
    @Test("is a JSON 503 at once for whoever comes then, and a good answer for all who wait, once there is a worker")
    func full() throws {
        // The kernel lets one more wait than the backlog of a Unix socket says.
        let backlog = 3
        let site = try Site(workers: 1, settings: ["DEBRIEF_BACKLOG": "\(backlog)"])
        let right = try site.page().body
        let worker = try #require(site.deployment.workers.first)
        kill(worker, SIGSTOP)
        defer { kill(worker, SIGCONT) }
        let callers = Callers()
        for _ in 0..<12 { callers.add(try site.client.begin("sessions?limit=1", token: site.token)) }
        let refused = try callers.answered(12 - backlog - 1, seconds: 5)
        #expect(refused.allSatisfy { $0.isUnavailable })
        // Nobody who waits is answered, and nobody more may wait.
        let start = Date()
        #expect(try site.page().isUnavailable)
        #expect(Date().timeIntervalSince(start) < 1)
        #expect(callers.waiting == backlog + 1)

        kill(worker, SIGCONT)
        let served = try callers.answered(backlog + 1, seconds: 20)
        #expect(served.allSatisfy { $0.status == 200 && $0.isWhole && $0.body == right })
        #expect(try site.page().status == 200)
        #expect(site.deployment.workers == [worker])
        #expect(site.deployment.unexpectedLogLines() == [])
    }
}

/// Callers whose answers come in no order.
final class Callers {
    private final class Caller {
        let socket: Socket
        init(_ socket: consuming Socket) { self.socket = socket }
    }

    private var callers: [Caller] = []

    var waiting: Int { callers.count }

    func add(_ socket: consuming Socket) { callers.append(Caller(socket)) }

    /// Waits until that many have their answers, and takes those.
    func answered(_ count: Int, seconds: Double) throws -> [Client.Response] {
        var responses: [Client.Response] = []
        try eventually(within: seconds) {
            callers.removeAll { caller in
                guard let first = caller.socket.receive(seconds: 0) else { return false }
                responses.append(Client.Response(parsing: first + caller.socket.receiveAll(), isHead: false))
                return true
            }
            return responses.count >= count
        }
        return responses
    }
}
