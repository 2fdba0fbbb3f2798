import Foundation
import Support
import Testing

/// Workers that get no time, as by SIGSTOP, so that they cannot answer 504 themselves.
@Suite("A worker that is stuck")
struct StuckWorkerTests {
    private static let requestSeconds = 2.0
    private static let limits = ["DEBRIEF_STATEMENT_TIMEOUT": "1900ms", "DEBRIEF_REQUEST_TIMEOUT": "2s"]
    /// Two beyond the limit of a request it is ended; the workers are looked at each second; and the machine may be slow.
    private static let replacedWithin = requestSeconds...(requestSeconds + 2 + 1 + 4)

    @Test("at a request is ended soon after the request's limit, whose caller is told or served; the others serve on")
    func busy() throws {
        let site = try Site(settings: Self.limits)
        let (free, stuck) = (site.deployment.workers[0], site.deployment.workers[1])
        // So that it is the other that gets the request.
        kill(free, SIGSTOP)
        try site.lock("scenarios")
        let request = try site.beginWaiting("scenarios")
        kill(free, SIGCONT)
        let start = Date()
        kill(stuck, SIGSTOP)
        try site.unlock()

        let load = try Load(site)
        try eventually(within: 30) { hasEnded(stuck) }
        #expect(Self.replacedWithin.contains(Date().timeIntervalSince(start)))
        try site.waitForWorkers(2)
        #expect(site.deployment.workers.contains(free))
        // nginx asks another worker where the first is lost before its first byte.
        let response = request.response()
        #expect(response.status == 200 && response.isWhole || response.isUnavailable, "\(response.text)")
        #expect(site.deployment.log.contains("no sign of life"))
        try load.serve(50)
        load.reachLeastRate()
        let tally = try load.stop()
        #expect(Array(tally.statuses.keys) == [200] && tally.wrong.isEmpty, "\(tally)")
        #expect(tally.rate >= Load.leastRate, "\(tally)")
    }

    @Test("with nothing to do is ended as soon; the others serve on")
    func idle() throws {
        let site = try Site(workers: 3, settings: Self.limits)
        let stuck = site.deployment.workers[1]
        let start = Date()
        kill(stuck, SIGSTOP)
        let load = try Load(site)
        try eventually(within: 30) { hasEnded(stuck) }
        #expect(Self.replacedWithin.contains(Date().timeIntervalSince(start)))
        try site.waitForWorkers(3)
        try load.expectNoFailure()
    }

    @Test("in a statement without end answers 504 at its limit by itself, and the others serve on")
    func statement() throws {
        let site = try Site(settings: Self.limits)
        let workers = site.deployment.workers
        let load = try Load(site)
        try site.lock("scenarios")
        let start = Date()
        let response = try site.client.get("scenarios", token: site.token)
        #expect((1.9..<5).contains(Date().timeIntervalSince(start)))
        #expect(response.status == 504 && response.errorCode == "timeout" && response.isWhole, "\(response.text)")
        try site.unlock()
        #expect(try site.client.get("scenarios", token: site.token).status == 200)
        #expect(site.deployment.workers == workers)
        try load.expectNoFailure()
    }

    @Test("because the whole pool was is not ended, however long that was, and whoever goes on first", arguments: [true, false])
    func suspended(isMasterFirst: Bool) throws {
        let site = try Site(workers: 3, settings: Self.limits)
        try eventually(within: 30) { site.logged("\"ready\"") == 1 }
        let (master, workers) = (site.deployment.masterID, site.deployment.workers)
        let all = isMasterFirst ? [master] + workers : workers + [master]
        for process in all { kill(process, SIGSTOP) }
        // Nothing tells when this is over: it is the time itself that counts.
        usleep(UInt32((Self.requestSeconds + 2 + 1.5) * 1_000_000))
        kill(all[0], SIGCONT)
        usleep(100_000)
        for process in all { kill(process, SIGCONT) }
        let load = try Load(site)
        // Two looks at the workers.
        try eventually(within: 30) { load.count(200) > 400 }
        usleep(2_500_000)
        #expect(site.deployment.workers == workers)
        try load.expectNoFailure()
    }
}
