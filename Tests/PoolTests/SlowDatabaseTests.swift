import Foundation
import Support
import Testing

@Suite("A database that is slow")
struct SlowDatabaseTests {
    private static let limits = ["DEBRIEF_STATEMENT_TIMEOUT": "1s", "DEBRIEF_REQUEST_TIMEOUT": "2s"]

    @Test("a statement that runs past its limit is 504 timeout, and the worker goes on with the connection it has")
    func statement() throws {
        let site = try Site(workers: 1, settings: Self.limits)
        #expect(try site.page().status == 200)
        let (workers, backends) = (site.deployment.workers, try site.backends())
        try site.lockSessions()
        let response = try site.page()
        try site.unlockSessions()
        expectTimeout(response)
        #expect(try site.page().status == 200)
        #expect(site.deployment.workers == workers)
        #expect(try site.backends() == backends)
    }

    @Test("a backend that is frozen is 504 timeout at the request's limit, and the worker goes on with a new connection")
    func frozen() throws {
        let site = try Site(workers: 1, settings: Self.limits)
        #expect(try site.page().status == 200)
        let workers = site.deployment.workers
        let backend = try #require(try site.backends().first)
        kill(backend, SIGSTOP)
        defer { kill(backend, SIGCONT) }
        expectTimeout(try site.page())
        #expect(try site.page().status == 200)
        #expect(site.deployment.workers == workers)
    }

    private func expectTimeout(_ response: Client.Response) {
        #expect(response.status == 504)
        #expect(response.errorCode == "timeout")
        #expect(response.isWhole)
        // The same call would cost the same again.
        #expect(response.field("Retry-After") == nil)
    }
}
