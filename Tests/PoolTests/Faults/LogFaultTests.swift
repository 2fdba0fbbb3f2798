import Foundation
import Support
import Testing

@Suite("The log under load")
struct LogFaultTests {
    @Test("on a full disk costs no caller anything, and what it lacks is counted: lines of workers, of the master and of the operator's process")
    func full() throws {
        let site = try Site(workers: 4, settings: ["DEBRIEF_LOG": "/dev/full", "DEBRIEF_LOG_LEVEL": "debug"])
        try eventually(within: 30) { try site.ask("/ready").status == 200 }
        let load = try Load(site)
        try load.serve(500)
        try load.expectNoFailure()
        // A worker counts when it rests.
        try eventually { try failures(site) >= 500 }

        // Nobody but the master has something to say of this, then nobody but the operator's process of that.
        var before = try failures(site)
        site.deployment.master.send(SIGHUP)
        try eventually { try failures(site) > before }
        try eventually { try site.ask("/status?json").json?["reloads"]?.number == 1 }
        before = try failures(site)
        try Socket("\(site.deployment.folder)/operator.sock").send([0])
        try eventually { try failures(site) > before }

        #expect(try OpenMetrics(site.ask("/metrics").text).samples["debrief_log_write_failures_total"] ?? 0 >= 500)
        #expect(try site.status().text.contains(/log +[0-9]+ lines could not be written/))
        #expect(try site.status().status == 0)
        try site.tell(.upgrade)
        #expect(try site.page().status == 200)
    }

    private func failures(_ site: Site) throws -> Int { Int(try #require(try site.ask("/status?json").json?["log_write_failures"]?.number)) }

    @Test(
        "that is renamed and opened anew by USR1, again and again, has one line for each request, in the old file or in the new",
        .enabled(if: Inspection.isAllowed, "who has which file is not to be seen")
    )
    func renamed() throws {
        let site = try Site(workers: 4)
        try eventually(within: 30) { try site.ask("/ready").status == 200 }
        let path = site.deployment.logPath
        let load = try Load(site)
        let count = often(20, normally: 4)
        for number in 0..<count {
            try load.serve(100)
            try #require(rename(path, "\(path).\(number)") == 0)
            try load.serve(20)
            site.deployment.master.send(SIGUSR1)
            // All processes have the new one, and none the old.
            try eventually { holders(of: path, site) == 6 && holders(of: "\(path).\(number)", site) == 0 }
        }
        try load.serve(100)
        try load.expectNoFailure()

        let logs = try ((0..<count).map { "\(path).\($0)" } + [path]).map { try String(contentsOfFile: $0, encoding: .utf8) }
        #expect(logs.dropFirst().allSatisfy { $0.contains("the log was opened anew") && $0.contains(#""message":"request""#) })
        let logged = logs.flatMap { lines($0) }.compactMap { JSONValue(parsing: Array($0.utf8)) }.filter { $0["request_id"] != nil }
        var asked: [String] = []
        try eventually {
            asked = lines(site.deployment.accessLog).compactMap { JSONValue(parsing: Array($0.utf8))?["request_id"]?.string }
            return asked.count >= load.count(200)
        }
        // Those that came before there was a worker are nginx's alone.
        let served = lines(site.deployment.accessLog).compactMap { JSONValue(parsing: Array($0.utf8)) }
            .filter { $0["upstream_status"]?.string?.hasSuffix("502") != true }.compactMap { $0["request_id"]?.string }
        #expect(logged.compactMap { $0["request_id"]?.string }.sorted() == served.sorted())
        #expect(site.deployment.unexpectedLogLines() == [])
    }

    /// How many processes of the pool have a file open.
    private func holders(of path: String, _ site: Site) -> Int {
        let processes = [site.deployment.masterID] + [site.deployment.operatorProcess].compactMap(\.self) + site.deployment.workers
        return processes.count { Inspection.descriptors(of: $0).values.contains(path) }
    }
}
