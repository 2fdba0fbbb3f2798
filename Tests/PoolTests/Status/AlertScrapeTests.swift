import Foundation
import Support
import Testing

@Suite("The alert rules in a Prometheus")
struct AlertScrapeTests {
    /// nginx as the way from a port, which is all that Prometheus can ask, to the Unix socket of a test's own.
    private static func forward(_ port: UInt16, to socket: String, in folder: String) throws -> ChildProcess {
        let temporary = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"].map { "\($0)_temp_path \(folder)/\($0);" }.joined(separator: " ")
        let configuration = """
            daemon off; master_process off; pid \(folder)/pid; error_log stderr;
            events {}
            http {
                access_log off; \(temporary)
                server { listen 127.0.0.1:\(port); location / { proxy_pass http://unix:\(socket):; proxy_set_header Host localhost; } }
            }
            """
        try configuration.write(toFile: "\(folder)/nginx.conf", atomically: false, encoding: .utf8)
        return try ChildProcess(
            ["/usr/sbin/nginx", "-p", folder, "-e", "stderr", "-c", "\(folder)/nginx.conf"],
            as: .nginx,
            output: "\(folder)/nginx.out"
        )
    }

    /// The rules as they are, but that what they are about need only go on for a second.
    private static func impatientRules() throws -> String {
        try String(contentsOfFile: AlertRulesTests.path, encoding: .utf8).replacing(/\n        for: [0-9]+[sm]\n/, with: "\n        for: 1s\n")
    }

    @Test("a pool is scraped and nothing fires; once it is killed, that it is down does, and nothing else, until it is back")
    func scrape() throws {
        let site = try Site()
        let folder = Run.makeFolder("prom", for: .nginx)
        let ports = try freePorts(2)
        let forwarder = try Self.forward(ports[0], to: "\(site.deployment.folder)/operator-http.sock", in: folder)
        defer { forwarder.send(SIGTERM) }
        try Self.impatientRules().write(toFile: "\(folder)/alerts.yml", atomically: false, encoding: .utf8)
        let configuration = """
            global: {scrape_interval: 1s, scrape_timeout: 1s, evaluation_interval: 1s}
            rule_files: ['\(folder)/alerts.yml']
            scrape_configs:
              - job_name: debrief
                static_configs: [{targets: ['127.0.0.1:\(ports[0])']}]
            """
        try configuration.write(toFile: "\(folder)/prometheus.yml", atomically: false, encoding: .utf8)
        let prometheus = try ChildProcess(
            [
                "/usr/bin/prometheus", "--config.file=\(folder)/prometheus.yml", "--storage.tsdb.path=\(folder)/data", "--log.level=warn",
                "--web.listen-address=127.0.0.1:\(ports[1])",
            ],
            as: .nginx,
            output: "\(folder)/prometheus.out"
        )
        defer { prometheus.send(SIGTERM) }
        let client = Client(socket: "127.0.0.1:\(ports[1])")
        func ask(_ path: String) throws -> JSONValue? {
            try? client.send("GET /api/v1/\(path) HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n").json?["data"]
        }
        func value(_ query: String) throws -> String? { try ask("query?query=\(query)")?["result"]?[0]?["value"]?[1]?.string }
        func firing() throws -> [String] {
            try (ask("alerts")?["alerts"]?.array ?? []).filter { $0["state"]?.string == "firing" }.compactMap { $0["labels"]?["alertname"]?.string }
        }
        for _ in 0..<3 { #expect(try site.page().status == 200) }

        // OpenMetrics as a reader that is not ours takes it.
        try eventually(within: 30) {
            try value("debrief_request_duration_seconds_count%7Bendpoint=%22list_sessions%22,status=%22200%22%7D") == "3"
        }
        try eventually(within: 30) { try value("debrief_ready") == "1" }
        let rules = try ask("rules")?["groups"]?[0]?["rules"]?.array ?? []
        #expect(rules.count >= 12 && rules.allSatisfy { $0["health"]?.string != "err" }, "\(rules)")
        try eventually { try firing().isEmpty }

        site.deployment.master.send(SIGKILL)
        try eventually(within: 30) { try firing() == ["DebriefDown"] }
        let alert = try ask("alerts")?["alerts"]?.array?.first { $0["state"]?.string == "firing" }
        #expect(alert?["annotations"]?["summary"]?.string == "Debrief on 127.0.0.1:\(ports[0]) does not answer")
        #expect(alert?["labels"]?["severity"]?.string == "critical")

        try site.deployment.startMaster()
        try eventually(within: 30) { try firing().isEmpty && value("up") == "1" }
        #expect(prometheus.output.isEmpty, "\(prometheus.output)")
    }
}
