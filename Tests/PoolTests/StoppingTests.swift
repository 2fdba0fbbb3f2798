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

    @Test("a request that outlasts the drain's time ends with it, whether a QUIT or the command stops the pool", arguments: [false, true])
    func drainTimeout(isCommand: Bool) throws {
        let site = try Site(settings: ["DEBRIEF_DRAIN_TIMEOUT": "300ms"])
        try site.lockSessions()
        let request = try site.beginWaiting()
        if isCommand {
            let stopped = try site.deployment.command("stop")
            #expect(stopped.status == 0 && stopped.output.hasPrefix("stopped: 2 workers ended in "), "\(stopped)")
        } else {
            site.deployment.master.send(SIGQUIT)
        }
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

    @Test("QUIT and the command wait for a client that reads slowly and for a statement that runs, and finish both", arguments: [false, true])
    func slowClient(isCommand: Bool) throws {
        let site = try Site()
        // A response of some megabytes, which no buffer takes.
        try site.database.sql(
            """
            insert into users (tenant_id, full_name, email, role)
            select $1::uuid, 'Number ' || i || repeat(' of many', 5), i || '@example.com', 'rep' from generate_series(1, 20000) i
            """,
            site.database.demoTenant()
        )
        // Not through nginx, which takes all of it whatever its client does.
        let slow = try Socket(site.deployment.fastCGISocket)
        try slow.send(FastCGIRecord.get("users", token: site.token))
        var received = slow.receive() ?? []
        // A table that the long statement does not read.
        try site.lock("scenarios")
        let statement = try site.beginWaiting("scenarios")
        let master = site.deployment.master
        let stop = Background { isCommand ? try site.deployment.command("stop") : nil }
        if !isCommand { master.send(SIGQUIT) }
        try eventually(within: 30) { site.deployment.log.contains(isCommand ? "\"stop\"" : "\"QUIT\"") }

        // Both are at it still, and the pool waits for them.
        for _ in 0..<5 { received += slow.receive() ?? [] }
        #expect(!master.hasEnded && site.deployment.workers.count == 2)
        try site.unlock()
        let response = statement.response()
        #expect(response.status == 200 && response.isWhole, "\(response.text)")
        #expect(!master.hasEnded)
        received += slow.receiveAll()
        #expect(received.count > 1_500_000)
        // END_REQUEST is the last record: 16 bytes, of type 3.
        #expect(received.suffix(16).prefix(2) == [1, 3])
        #expect(master.wait() == 0)
        guard let stopped = try stop.value() else { return }
        #expect(stopped.status == 0 && stopped.output.hasPrefix("stopped: 2 workers ended in "), "\(stopped)")
        #expect(stopped.output.hasSuffix(" ms, 2 requests finished first\n"), "\(stopped)")
    }
}
