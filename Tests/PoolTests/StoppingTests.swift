import Foundation
import Support
import Testing

@Suite("Stopping")
struct StoppingTests {
    @Test("the workers are there from the start, each with a connection of its own")
    func preforked() throws {
        let site = try Site(workers: 3)
        #expect(site.deployment.workers.count == 3)
        try eventually(within: 30) { try Set(site.backends()).count == 3 }
    }

    @Test("TERM and INT end the pool at once, requests in flight and all", arguments: [SIGTERM, SIGINT])
    func fast(signal: CInt) throws {
        let site = try Site()
        let workers = site.deployment.workers
        try site.lockSessions()
        let request = try site.beginWaiting()
        site.deployment.master.send(signal)
        // Before the lock is gone.
        #expect(site.deployment.master.wait() == 0)
        #expect(workers.allSatisfy(hasEnded))
        #expect(request.response().isUnavailable)
        try site.unlockSessions()
    }

    @Test("QUIT lets the request in flight finish, and ends with 0")
    func graceful() throws {
        let site = try Site()
        let right = try site.page().body
        let workers = site.deployment.workers
        try site.lockSessions()
        let request = try site.beginWaiting()
        site.deployment.master.send(SIGQUIT)
        // The worker that has nothing to do leaves.
        try eventually(within: 30) { workers.filter { !hasEnded($0) }.count == 1 }
        #expect(!site.deployment.master.hasEnded)
        try site.unlockSessions()
        let response = request.response()
        #expect(response.status == 200)
        #expect(response.isWhole)
        #expect(response.body == right)
        #expect(site.deployment.master.wait() == 0)
    }

    @Test("a request that outlasts the drain's time ends with it")
    func drainTimeout() throws {
        let site = try Site(settings: ["DEBRIEF_DRAIN_TIMEOUT": "300ms"])
        try site.lockSessions()
        let request = try site.beginWaiting()
        site.deployment.master.send(SIGQUIT)
        // Before the lock is gone.
        #expect(site.deployment.master.wait() == 0)
        #expect(request.response().isUnavailable)
        try site.unlockSessions()
    }

    @Test("a TERM after a QUIT does not wait for the requests in flight")
    func impatient() throws {
        let site = try Site()
        try site.lockSessions()
        let request = try site.beginWaiting()
        site.deployment.master.send(SIGQUIT)
        try eventually(within: 30) { site.deployment.workers.count == 1 }
        site.deployment.master.send(SIGTERM)
        #expect(site.deployment.master.wait() == 0)
        #expect(request.response().isUnavailable)
        try site.unlockSessions()
    }

    @Test("workers do not outlive a master that was killed, whether they are idle or at work")
    func orphans() throws {
        let site = try Site(workers: 3)
        let workers = site.deployment.workers
        try site.lockSessions()
        let request = try site.beginWaiting()
        site.deployment.master.send(SIGKILL)
        try eventually(within: 30) { workers.allSatisfy(hasEnded) }
        #expect(request.response().isUnavailable)
        try site.unlockSessions()
    }
}
