import Foundation
import Support
import Testing

@testable import Pool

@Suite("The alert rules")
struct AlertRulesTests {
    static let path = "\(Run.repository)/scripts/alerts.yml"
    private static let promtool = "/usr/bin/promtool"

    private static func rules() throws -> String { try String(contentsOfFile: path, encoding: .utf8) }

    /// The alerts, each with the lines that are its own.
    private static func alerts() throws -> [(name: String, text: String)] {
        try rules().split(separator: "      - alert: ").dropFirst().map { part in
            let name = part.prefix { $0 != "\n" }
            return (String(name), String(part))
        }
    }

    @Test("promtool takes them, and each has a severity, a summary, and a description that names a command")
    func form() throws {
        let checked = try run([Self.promtool, "check", "rules", Self.path])
        #expect(checked.status == 0, "\(checked)")
        let alerts = try Self.alerts()
        #expect(Set(alerts.map(\.name)).count == alerts.count && alerts.count >= 12)
        for (name, text) in alerts {
            #expect(name.wholeMatch(of: /Debrief[A-Za-z]+/) != nil)
            #expect(text.contains(/\n        labels: \{severity: (critical|warning)\}\n/), "\(name)")
            #expect(text.contains("\n          summary: ") && text.contains("\n          description: >-\n"), "\(name)")
            #expect(text.contains(/`[a-z]+ [^`]+`/), "\(name) names no command")
        }
        Run.report("alerts: \(alerts.count), in \(AlertScenario.all.count) histories")
    }

    @Test("each fires in the history that is its, and no other does; none where it only just should not")
    func histories() throws {
        let folder = Run.makeFolder("alerts", for: .invoker)
        let file = "\(folder)/tests.yml"
        let head = "rule_files: ['\(Self.path)']\nevaluation_interval: 15s\ntests:\n"
        try (head + AlertScenario.all.map(\.yaml).joined()).write(toFile: file, atomically: false, encoding: .utf8)
        let (status, output, errors) = try run([Self.promtool, "test", "rules", file])
        #expect(status == 0, "\(output)\(errors)")

        let fired = AlertScenario.all.reduce(into: Set<String>()) { $0.formUnion($1.alerts) }
        #expect(fired == Set(try Self.alerts().map(\.name)))
        #expect(AlertScenario.all.count { $0.alerts.isEmpty } >= fired.count)
    }

    @Test("each metric and label that they, and the histories, name is in what a pool says")
    func names() throws {
        let site = try Site()
        #expect(try site.page().status == 200)
        let name = "debrief_request_duration_seconds_count"
        try eventually { try site.ask("/metrics").text.contains(#"\#(name){endpoint="list_sessions",status="200"} 1"#) }
        let text = try site.ask("/metrics").text
        // Prometheus's own.
        var known: [String: Set<String>] = ["up": ["job", "instance"]]
        for sample in OpenMetrics(text).samples.keys {
            let labels = sample.matches(of: #/([a-z_]+)="/#).map { String($0.1) }
            known[String(sample.prefix { $0 != "{" }), default: ["job", "instance"]].formUnion(labels)
        }

        let used = try Self.rules().split(separator: "\n").filter { !$0.trimmingPrefix(#/ +/#).hasPrefix("#") }.joined(separator: "\n")
        let histories = AlertScenario.all.flatMap(\.series.keys) + AlertScenario.well.keys
        var count = 0
        for text in [used] + histories {
            for match in text.matches(of: #/\b(up|(?:debrief|process)_[a-z_]+)(?:\{([^}]*)\})?/#) {
                let name = String(match.1)
                // A file's name, or a metric's part in a word.
                guard name != "debrief_" else { continue }
                let labels = try #require(known[name], "\(name) is not in /metrics")
                for label in (match.2 ?? "").matches(of: #/([a-z_]+)(?:=~|!=|=)"/#) {
                    #expect(labels.contains(String(label.1)), "\(label.1) of \(name)")
                }
                count += 1
            }
        }
        #expect(count > 40)
        // By which they sum, and which their texts show.
        let shown = used.matches(of: #/by \(([a-z, ]+)\)|ignoring\(([a-z]+)\)|\$labels\.([a-z]+)/#).flatMap { match in
            "\(match.1 ?? match.2 ?? match.3 ?? "")".split(separator: #/, */#).map(String.init)
        }
        let labels = known.values.reduce(into: Set<String>()) { $0.formUnion($1) }
        for label in shown { #expect(labels.contains(label), "\(label)") }

        // promtool's linter reads the older format, in which a counter's family has the suffix and there is no info.
        let older = text.replacing(#/# (TYPE|HELP) (debrief_[a-z_]+) ([^\n]+)\n/#) { match in
            let family = String(match.2)
            let suffix = text.contains("# TYPE \(family) counter\n") ? "_total" : text.contains("# TYPE \(family) info\n") ? "_info" : ""
            return "# \(match.1) \(family)\(suffix) \(match.3 == "info" ? "gauge" : match.3)\n"
        }
        let linted = try run([Self.promtool, "check", "metrics"], input: older)
        #expect(linted.status == 0 && linted.output.isEmpty && linted.errors.isEmpty, "\(linted)")
    }
}
