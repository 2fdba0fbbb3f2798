import Foundation
import Support
import Testing

@Suite("A caller who leaves")
struct AbandonedRequestTests {
    /// Long enough that only the leaving can end a statement in time.
    private static let limits = ["DEBRIEF_STATEMENT_TIMEOUT": "28s", "DEBRIEF_REQUEST_TIMEOUT": "30s"]

    @Test("frees the worker, and PostgreSQL, that were busy for him")
    func running() throws {
        let site = try Site(workers: 1, settings: Self.limits)
        try site.slowSessions()
        let leave = {
            let caller = try site.client.begin("sessions", token: site.token)
            try eventually(within: 20) { try site.sleepingBackends().count == 1 }
            _ = consume caller
        }
        try leave()
        #expect(try site.client.get("scenarios", token: site.token, seconds: 15).status == 200)
        try eventually(within: 15) { try site.sleepingBackends().isEmpty }
        #expect(site.deployment.unexpectedLogLines() == [])
    }

    @Test("costs nothing more where his request was still waiting for a worker")
    func queued() throws {
        let site = try Site(workers: 1, settings: Self.limits)
        try site.lockSessions()
        let busy = try site.beginWaiting()
        // Straight to the socket: nginx would not have sent some of these on.
        let request = FastCGIRecord.get("sessions?limit=1", token: site.token)
        for _ in 0..<20 { try Socket(site.deployment.fastCGISocket).send(request) }
        try site.unlockSessions()
        #expect(busy.response().status == 200)
        #expect(try site.page().status == 200)
        let lines = site.deployment.log.split(separator: "\n").filter { $0.contains("closed unanswered") }
        #expect(lines.count == 20)
    }
}
