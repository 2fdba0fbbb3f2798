import Foundation
import Support
import Testing

/// On a cluster of their own, one after the other, since they take all of its databases away.
@Suite("A database that goes away under load", .serialized)
struct LostDatabaseTests {
    private static let cluster = Swift.Result { try Cluster() }

    /// Of a request, so short that callers are told while PostgreSQL is stopped.
    private static let limits = ["DEBRIEF_STATEMENT_TIMEOUT": "900ms", "DEBRIEF_REQUEST_TIMEOUT": "1s"]

    @Test(
        "and comes back is 503 meanwhile, which status and /ready say, and 200 within two seconds; no worker is replaced",
        arguments: [false, true]
    )
    func restarted(isKilled: Bool) throws {
        let cluster = try Self.cluster.get()
        let site = try Site(cluster: cluster, workers: 4)
        try expectReady(site)
        let workers = site.deployment.workers
        let load = try Load(site)
        for _ in 0..<often(5, normally: 1) {
            try load.serve(100)
            let refused = load.count(503)
            try cluster.stop(kill: isKilled)
            try eventually { load.count(503) > refused + 100 }
            try expectNotReady(site)
            try cluster.start()
            try load.serve(1, within: 2)
            try expectReady(site)
        }
        try expectServed(site, load.stop(), by: workers, statuses: [200, 503])
    }

    @Test("since its server processes are terminated, again and again, costs nearly no caller anything")
    func terminated() throws {
        let site = try Site(cluster: Self.cluster.get(), workers: 4)
        try expectReady(site)
        let workers = site.deployment.workers
        let load = try Load(site)
        for _ in 0..<often(100, normally: 20) {
            try load.serve(30)
            let backends = try site.backends()
            try site.database.sql(
                "select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and application_name = 'debrief'"
            )
            try eventually { try Set(site.backends()).isDisjoint(with: backends) && site.backends().count == 4 }
        }
        let tally = try load.stop()
        #expect(tally.unavailable <= tally.count / 100, "\(tally)")
        try expectServed(site, tally, by: workers, statuses: [200, 503])
        let reconnects = try #require(try site.ask("/status?json").json?["database_reconnects"]?.number)
        // A connection that is terminated before it is ready is none that was made.
        #expect(Int(reconnects) >= 3 * often(100, normally: 20))
    }

    @Test("since all of its processes are stopped is 503 or 504 meanwhile, and 200 within two seconds of their going on")
    func stopped() throws {
        let cluster = try Self.cluster.get()
        let site = try Site(cluster: cluster, workers: 4, settings: Self.limits)
        try expectReady(site)
        let workers = site.deployment.workers
        let load = try Load(site)
        try load.serve(100)
        let postmaster = try #require(cluster.pid)
        let processes = [postmaster] + children(of: postmaster)
        for process in processes { kill(process, SIGSTOP) }
        defer { for process in processes { kill(process, SIGCONT) } }
        let start = Date()
        try eventually { load.count(503) > 0 && load.count(504) > 0 }
        try expectNotReady(site)
        let served = load.count(200)
        try eventually(within: 30) { Date().timeIntervalSince(start) > (Run.isLong ? 20 : 4) }
        #expect(load.count(200) == served)
        for process in processes { kill(process, SIGCONT) }
        try load.serve(1, within: 2)
        try expectReady(site)
        try expectServed(site, load.stop(), by: workers, statuses: [200, 503, 504])
    }

    @Test("that answers nobody holds up one caller in turn: whoever comes behind him is told at once")
    func silent() throws {
        let folder = Run.makeFolder("silent", for: .debrief)
        let listener = try SilentListener("\(folder)/.s.PGSQL.5432")
        chmod("\(folder)/.s.PGSQL.5432", 0o777)
        let site = try Site(workers: 1, settings: ["DEBRIEF_DATABASE": "host=\(folder) user=debrief_api"])
        func seconds() throws -> Double {
            let start = Date()
            #expect(try site.page().isUnavailable)
            return Date().timeIntervalSince(start)
        }
        // An attempt takes two seconds; the machine may be slow between the two.
        try eventually(within: 30) { try seconds() > 1 && seconds() < 1 }
        _ = listener
    }

    private func expectReady(_ site: Site) throws {
        try eventually { try site.ask("/ready").status == 200 && site.status().status == 0 }
    }

    private func expectNotReady(_ site: Site) throws {
        try eventually { try site.ask("/ready").status == 503 }
        #expect(try site.ask("/live").status == 200)
        let (status, text) = try site.status()
        #expect(status == 1 && text.contains(/degraded +.*PostgreSQL/), "\(text)")
    }

    private func expectServed(_ site: Site, _ tally: Load.Tally, by workers: [pid_t], statuses: Set<Int>) throws {
        // To the load a 504 is wrong, in whatever form.
        let wrong = tally.wrong.filter { !statuses.contains(504) || !$0.hasPrefix(#"504 {"ok":false,"error":{"code":"timeout","#) }
        #expect(wrong.isEmpty && Set(tally.statuses.keys).isSubset(of: statuses), "\(tally)")
        #expect(site.deployment.workers == workers)
        // 57P01 is said of a request whose second connection was terminated, too.
        let expected = ["no database", "PostgreSQL did not answer in time", "SQLSTATE 57P01"]
        #expect(site.deployment.unexpectedLogLines(expected: expected) == [])
    }
}
