import Foundation
import Support
import Testing

/// On one server, one after the other.
@Suite("The way to the database", .serialized, .enabled(if: Wire.isPossible))
struct LostHostTests {
    /// Of a statement, and of a request.
    private static let limits = ["DEBRIEF_STATEMENT_TIMEOUT": "900ms", "DEBRIEF_REQUEST_TIMEOUT": "1s"]
    /// A request may have to wait for a worker that tries for 2 s to connect, and then for its own limit; the rest is for a slow machine.
    private static let longestMilliseconds = 6_000.0

    @Test(
        "without a word from the host each request is 503 or 504 within the limits, and 200 soon after the host is back",
        arguments: Run.isLong ? Wire.Fault.allCases : [.answersAreLost]
    )
    func cut(_ fault: Wire.Fault) throws {
        let wired = try WiredSite("host=\(Wire.serverAddress)", settings: Self.limits)
        let site = wired.site
        let workers = site.deployment.workers
        let load = try Load(site, clients: 2, rate: 100)
        try load.serve(50)
        var told = 0
        for _ in 0..<often(3, normally: 1) {
            try wired.wire.fail(fault)
            let before = load.count(503)
            let served = { load.count(200) }
            try eventually(within: 30) { load.count(503) > before + 5 }
            let last = served()
            // 5 s after the last answer.
            if Run.isLong { try eventually(within: 30) { try site.ask("/ready").status == 503 } }
            // Past the time after which the kernel gives up what is on its way, where there is time.
            let end = Date().addingTimeInterval(Run.isLong ? 25 : 0)
            try eventually(within: 60) { Date() > end }
            #expect(served() == last)
            told += load.count(503) - before
            try wired.wire.mend(fault)
            try load.serve(20, within: 10)
            try eventually(within: 10) { try site.ask("/ready").status == 200 }
        }
        let tally = try load.stop()
        let wrong = tally.wrong.filter { !$0.hasPrefix(#"504 {"ok":false,"error":{"code":"timeout","#) }
        #expect(wrong.isEmpty && Set(tally.statuses.keys).isSubset(of: [200, 503, 504]), "\(tally)")
        #expect(tally.slowestMilliseconds < Self.longestMilliseconds, "\(tally)")
        #expect(site.deployment.workers == workers)
        #expect(site.logged("no database") > 0)
        #expect(site.deployment.unexpectedLogLines(expected: ["no database", "PostgreSQL did not answer in time"]) == [])
        Run.report(
            """
            host faults: \(fault.rawValue): \(told) callers told 503, slowest answer \(Int(tally.slowestMilliseconds)) ms, \
            \(site.deployment.lost(of: workers)) workers lost
            """
        )
    }

    @Test("a name server that never answers costs a request no more than its limit, no worker, and nothing once names are known again")
    func nameServer() throws {
        let wired = try WiredSite("host=\(WiredSite.serverName)", settings: Self.limits)
        let site = wired.site
        let workers = site.deployment.workers
        try wired.wire.setNames([:])
        try wired.disconnect()
        var slowest = 0.0
        // Longer than a worker may give no sign of life, which is 3 s here: one that waits in the resolver gives none.
        let end = Date().addingTimeInterval(Run.isLong ? 30 : 4)
        while Date() < end {
            let start = Date()
            let response = try site.page()
            slowest = max(slowest, Date().timeIntervalSince(start))
            #expect(response.isUnavailable, "\(response.text)")
        }
        #expect(slowest < Self.longestMilliseconds / 1_000)
        #expect(site.logged(#"host name \"\#(WiredSite.serverName)\" could not be looked up in time"#) > 0, "\(site.deployment.log)")
        try wired.wire.setNames([WiredSite.serverName: Wire.serverAddress])
        // The resolver gives up an answer after 4 s, and is asked anew.
        try eventually(within: 25) { try site.page().status == 200 }
        #expect(site.deployment.workers == workers)
        #expect(site.deployment.unexpectedLogLines(expected: ["no database"]) == [])
        Run.report("host faults: silent name server: slowest answer \(Int(slowest * 1_000)) ms, \(site.deployment.lost(of: workers)) workers lost")
    }

    @Test("check looks a name up wherever libpq finds it: in a connection string, a URI, the environment, a service file")
    func names() throws {
        let wired = try WiredSite("host=\(WiredSite.serverName)")
        let folder = Run.makeFolder("service", for: .debrief)
        try "[debrief]\nhost=\(WiredSite.serverName)\n".write(toFile: "\(folder)/services", atomically: false, encoding: .utf8)
        let database = "dbname=\(wired.site.database.name) user=debrief_api"
        let cases: [(conninfo: String, environment: [String: String])] = [
            ("host=\(WiredSite.serverName) \(database)", [:]),
            ("postgresql://debrief_api@\(WiredSite.serverName)/\(wired.site.database.name)", [:]),
            (database, ["PGHOST": WiredSite.serverName]),
            ("service=debrief \(database)", ["PGSERVICEFILE": "\(folder)/services"]),
            // The first that answers is taken, whatever is wrong with those before.
            ("host=/nowhere,\(WiredSite.serverName) port=1,5432 \(database)", [:]),
            ("host=\(WiredSite.serverName) port=5432 sslmode=verify-full sslrootcert=\(try Certificates.shared.get().authority) \(database)", [:]),
        ]
        // A name that nobody knows takes half of the time that there is.
        let unknown: [(conninfo: String, environment: [String: String])] = [("host=unknown.debrief.test,\(WiredSite.serverName) \(database)", [:])]
        for (conninfo, environment) in cases + (Run.isLong ? unknown : []) {
            let (status, output, errors) = try run(
                wired.wire.atPool + Account.debrief.prefix + [Run.binary, "check"],
                environment: environment.merging(["DEBRIEF_DATABASE": conninfo]) { $1 }
            )
            #expect(status == 0, "\(conninfo): \(output)\(errors)")
        }
    }

    @Test("a certificate that is not the server's serves nobody: 503, the log says why and no secret, and 200 once the right one is back")
    func certificates() throws {
        let certificates = try Certificates.shared.get()
        let right = try certificates.make(.right)
        let secret = "password=hunter2-hunter2 host=\(WiredSite.serverName) sslmode=verify-full sslrootcert=\(certificates.authority)"
        let wired = try WiredSite(secret)
        let site = wired.site
        let workers = site.deployment.workers
        try eventually { try site.encrypted() == ["t"] }
        var (tried, served) = (0, 0)
        for kind in Certificates.Kind.allCases where kind != .right {
            tried += 1
            let wrong = try certificates.make(kind)
            try install(wrong, wired)
            try wired.disconnect()
            for _ in 0..<10 {
                let response = try site.page()
                #expect(response.isUnavailable, "\(kind): \(response.text)")
                if !response.isUnavailable { served += 1 }
            }
            #expect(site.logged(kind.fault) > 0, "\(kind): \(site.deployment.log)")
            try install(right, wired)
            try eventually(within: 10) { try site.page().status == 200 }
            try eventually { try site.encrypted() == ["t"] }
        }
        #expect(site.deployment.workers == workers)
        #expect(!site.deployment.log.contains("hunter2") && !site.deployment.output.contains("hunter2"))
        #expect(site.deployment.unexpectedLogLines(expected: ["no database"]) == [])
        Run.report("host faults: \(tried) wrong certificates, \(served) requests served under one")
    }

    /// Has the server show another certificate to whoever connects from now on.
    private func install(_ certificate: Certificates.Made, _ wired: WiredSite) throws {
        try wired.cluster.write(certificate.key, to: "server.key")
        try wired.cluster.write(certificate.certificate, to: "server.crt")
        let superuser = try wired.cluster.superuser()
        let loaded = try superuser.value("select pg_conf_load_time()::text")
        try superuser.sql("select pg_reload_conf()")
        try eventually { try wired.cluster.superuser().value("select pg_conf_load_time()::text") != loaded }
    }

    @Test(
        "a server process that is killed takes all others with it: 503 until PostgreSQL is back, then 200, by the same workers",
        .enabled(if: Run.isLong)
    )
    func killedBackend() throws {
        let wired = try WiredSite("host=\(Wire.serverAddress)")
        let site = wired.site
        let workers = site.deployment.workers
        let load = try Load(site)
        var killed = 0
        for _ in 0..<20 {
            try load.serve(50)
            let backend = try #require(try site.backends().first)
            kill(backend, SIGKILL)
            try eventually { hasEnded(backend) }
            killed += 1
            try eventually(within: 20) { (try? wired.cluster.superuser()) != nil }
            try load.serve(50, within: 10)
            // The connection that this test has is gone, too.
            try site.database.reconnect()
        }
        let tally = try load.stop()
        #expect(tally.wrong.isEmpty && Set(tally.statuses.keys).isSubset(of: [200, 503]), "\(tally)")
        #expect(site.deployment.workers == workers)
        #expect(site.deployment.unexpectedLogLines(expected: ["no database", "request failed"]) == [])
        Run.report(
            """
            host faults: \(killed) server processes killed, \(tally.unavailable) of \(tally.count) callers told 503, \
            \(site.deployment.lost(of: workers)) workers lost
            """
        )
    }
}

extension Site {
    /// Whether the pool's connections are under TLS, each answer once.
    fileprivate func encrypted() throws -> [String] {
        let sql = "select distinct ssl::text from pg_stat_ssl join pg_stat_activity using (pid) where application_name = 'debrief'"
        return try database.sql(sql).compactMap { $0[0] }.map { String($0.prefix(1)) }
    }
}
