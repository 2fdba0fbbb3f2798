import Foundation
import Support
import Testing

@Suite("The operator's process")
struct OperatorTests {
    @Test("counts what was asked, by endpoint and status, and lives and is ready meanwhile")
    func metrics() throws {
        let site = try Site()
        for _ in 0..<7 { #expect(try site.page().status == 200) }
        for _ in 0..<3 { #expect(try site.client.get("nothing").status == 404) }
        #expect(try site.client.get("sessions").status == 401)
        #expect(try site.ask("/live").status == 200)
        try eventually(within: 30) { try site.ask("/ready").status == 200 }

        // A request is counted after its last byte was sent.
        let name = "debrief_request_duration_seconds_count"
        let ok = #"\#(name){endpoint="list_sessions",status="200"}"#
        try eventually { try OpenMetrics(site.ask("/metrics").text).samples[ok] == 7 }
        let response = try site.ask("/metrics")
        #expect(response.field("Content-Type") == "application/openmetrics-text; version=1.0.0; charset=utf-8")
        #expect(response.field("Cache-Control") == "no-store")
        let read = OpenMetrics(response.text)
        #expect(read.faults.isEmpty, "\(read.faults)")
        #expect(read.samples[#"\#(name){endpoint="list_sessions",status="401"}"#] == 1)
        // One was the deployment's own, to see whether a worker answers; it may have had to ask more than once.
        #expect(read.samples[#"\#(name){endpoint="none",status="404"}"#] ?? 0 >= 4)
        #expect(read.samples["debrief_ready"] == 1)
    }

    @Test("answers while every worker is stopped, and says so", arguments: [false, true])
    func stoppedWorkers(busy: Bool) throws {
        let site = try Site()
        try eventually(within: 30) { try site.ask("/ready").status == 200 }
        if busy { try site.lockSessions() }
        let request = busy ? try site.beginWaiting() : nil
        let workers = site.deployment.workers
        for worker in workers { kill(worker, SIGSTOP) }
        defer { for worker in workers { kill(worker, SIGCONT) } }

        let page = try site.ask("/status")
        #expect(page.status == 200 && page.isWhole)
        #expect(page.field("Content-Type") == "text/html; charset=utf-8")
        #expect(page.field("Content-Security-Policy")?.hasPrefix("default-src 'none'") == true)
        let json = try #require(try site.ask("/status?json").json)
        #expect(Set(json["workers"]?.array?.compactMap { $0["pid"]?.number } ?? []) == Set(workers.map(Double.init)))
        #expect(try site.ask("/status", fields: ["Accept: application/json"]).json?["master"]?.number == Double(site.deployment.master.pid))
        #expect(try site.ask("/live").status == 200)
        for worker in workers { #expect(page.text.contains("<td>\(worker)</td>")) }
        if busy {
            let states = json["workers"]?.array?.compactMap { $0["state"]?.string }
            #expect(states?.contains("busy") == true)
            try eventually(within: 30) { try site.ask("/status?json").json?["oldest_request_milliseconds"]?.number ?? 0 > 100 }
            for worker in workers { kill(worker, SIGCONT) }
            try site.unlockSessions()
            #expect(request?.response().status == 200)
        } else {
            // The last exchange grows old, and nobody ticks.
            try eventually(within: 30) { try site.ask("/ready").status == 503 }
            #expect(try site.ask("/status?json").json?["degraded"]?.array?.isEmpty == false)
        }
    }

    @Test("is not ready while PostgreSQL is stopped, and lives all the same")
    func stoppedDatabase() throws {
        let cluster = try Cluster()
        let site = try Site(cluster: cluster)
        try eventually(within: 30) { try site.ask("/ready").status == 200 }
        try cluster.stop()
        try eventually(within: 30) { try site.ask("/ready").status == 503 }
        #expect(try site.ask("/live").status == 200)
        #expect(try site.ask("/ready").text.contains("PostgreSQL"))
        try cluster.start()
        try eventually(within: 30) { try site.ask("/ready").status == 200 }
    }

    @Test("has four paths, takes GET and HEAD, and leaves no line in the access log")
    func calls() throws {
        let site = try Site()
        #expect(try site.ask("/").status == 404)
        #expect(try site.ask("/api/v1/sessions").status == 404)
        let post = try site.ask("/status", method: "POST")
        #expect(post.status == 405 && post.field("Allow") == "GET, HEAD")
        let head = try site.ask("/metrics", method: "HEAD")
        #expect(head.status == 200 && head.isWhole && head.body.isEmpty)
        #expect(Int(head.field("Content-Length") ?? "") ?? 0 > 1_000)
        #expect(!site.deployment.accessLog.contains("/metrics"))
    }

    @Test("dies with its master, and nginx then says so in plain text")
    func orphaned() throws {
        let site = try Site()
        try eventually(within: 30) { try site.ask("/live").status == 200 }
        let process = try #require(site.deployment.operatorProcess)
        site.deployment.master.send(SIGKILL)
        try eventually(within: 30) { hasEnded(process) }
        let response = try site.ask("/status")
        #expect(response.status == 503 && response.isWhole)
        #expect(response.field("Content-Type") == "text/plain")
        #expect(response.text == "debrief does not run here, or its operator's process does not answer\n")
    }
}

extension Site {
    /// Asks the operator's process, through nginx.
    func ask(_ path: String, method: String = "GET", host: String = "localhost", fields: [String] = []) throws -> Client.Response {
        let lines = ["\(method) \(path) HTTP/1.1", "Host: \(host)", "Connection: close"] + fields
        return try deployment.operatorClient.send(lines.joined(separator: "\r\n") + "\r\n\r\n", isHead: method == "HEAD")
    }
}
