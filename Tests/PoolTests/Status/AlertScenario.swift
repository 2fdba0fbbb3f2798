import Testing

/// A history of the metrics, and the alerts of `scripts/alerts.yml` that have to fire at its end, and no others.
struct AlertScenario: Sendable, CustomTestStringConvertible {
    let testDescription: String
    /// What differs from a pool that is well, as `promtool test rules` writes values: a sample each 15 s. nil for a series that is not there.
    let series: [String: String?]
    let alerts: Set<String>

    /// How long it goes on.
    static let minutes = 20
    /// As many samples, and one at the beginning.
    private static let samples = minutes * 4

    init(_ description: String, _ series: [String: String?], fires alerts: String...) {
        testDescription = description
        self.series = series
        self.alerts = Set(alerts)
    }

    /// A pool that is well and has something to do: each series that an alert reads.
    static let well: [String: String] = {
        var well = [
            #"up{job="debrief"}"#: constant(1), "debrief_ready": constant(1), "debrief_degraded": constant(0),
            "debrief_workers_wanted": constant(4), "debrief_workers_braked": constant(0),
            "debrief_accept_queue_length": constant(0), "debrief_accept_queue_limit": constant(1_024),
            "debrief_oldest_request_age_seconds": "0+0.01x\(samples)", "debrief_limit_reached_total": constant(1),
            "debrief_log_write_failures_total": constant(2), "debrief_database_reconnects_total": constant(3),
            #"process_start_time_seconds{job="debrief"}"#: constant(1_778_083_200),
            #"debrief_reloads_total{result="done"}"#: "0+1x\(samples)", #"debrief_reloads_total{result="failed"}"#: constant(1),
        ]
        for (state, count) in [("starting", 0), ("idle", 3), ("busy", 1), ("waiting", 0)] { well[workers(state)] = constant(count) }
        for cause in ["exit", "signal", "overdue"] { well[restarts(cause)] = constant(1) }
        // As they should be: replaced after so many requests.
        well[restarts("max_requests")] = "0+4x\(samples)"
        // 100 requests a minute within 10 ms; one of 1,000 is a fault.
        for (status, each) in [("200", "25"), ("503", "0.025")] {
            well[requests("count", status)] = "0+\(each)x\(samples)"
            for bound in ["0.01", "1.0", "2.5", "+Inf"] { well[bucket(bound, status)] = "0+\(each)x\(samples)" }
        }
        return well
    }()

    static func constant(_ value: Int) -> String { "\(value)x\(samples)" }
    static func workers(_ state: String) -> String { #"debrief_workers{state="\#(state)"}"# }
    static func restarts(_ cause: String) -> String { #"debrief_worker_restarts_total{cause="\#(cause)"}"# }
    static func requests(_ suffix: String, _ status: String) -> String {
        #"debrief_request_duration_seconds_\#(suffix){endpoint="list_users",status="\#(status)"}"#
    }
    static func bucket(_ bound: String, _ status: String = "200") -> String {
        #"debrief_request_duration_seconds_bucket{endpoint="list_users",status="\#(status)",le="\#(bound)"}"#
    }
    /// A value for most of the time, and another for the last minutes.
    static func lately(_ value: Int, then last: Int, minutes: Double) -> String {
        let count = Int(minutes * 4)
        return "\(value)x\(samples - count - 1) \(last)x\(count)"
    }

    /// The scenario as one of the tests of `promtool test rules`.
    var yaml: String {
        var all: [String: String?] = Self.well
        for (name, values) in series { all[name] = values }
        let input = all.sorted { $0.key < $1.key }.compactMap { name, values in values.map { "      - {series: '\(name)', values: '\($0)'}" } }
        let expected = alerts.sorted().map { "          - {labels: '{alertname=\"\($0)\"}', value: 1}" }
        return """
              - name: '\(testDescription)'
                interval: 15s
                input_series:
            \(input.joined(separator: "\n"))
                promql_expr_test:
                  - expr: group by (alertname) (ALERTS{alertstate="firing"})
                    eval_time: \(Self.minutes)m
                    exp_samples: \(expected.isEmpty ? "[]" : "\n" + expected.joined(separator: "\n"))

            """
    }

    /// Each alert fires in one of these at least, and just does not in another.
    static let all: [AlertScenario] = [
        AlertScenario("a pool that is well and at work", [:]),
        AlertScenario("down for two minutes", [#"up{job="debrief"}"#: lately(1, then: 0, minutes: 2)], fires: "DebriefDown"),
        AlertScenario("down for half a minute", [#"up{job="debrief"}"#: lately(1, then: 0, minutes: 0.5)]),
        AlertScenario("not scraped at all", [#"up{job="debrief"}"#: nil], fires: "DebriefNotScraped"),
        AlertScenario("another job alone", [#"up{job="debrief"}"#: nil, #"up{job="node"}"#: constant(1)], fires: "DebriefNotScraped"),
        AlertScenario("not ready for a minute", ["debrief_ready": lately(1, then: 0, minutes: 1)], fires: "DebriefNotReady"),
        AlertScenario("not ready at one look", ["debrief_ready": lately(1, then: 0, minutes: 0.25)]),
        AlertScenario("a worker without a database", [workers("waiting"): lately(0, then: 1, minutes: 2)], fires: "DebriefDatabaseUnreachable"),
        AlertScenario("a worker without a database for half a minute", [workers("waiting"): lately(0, then: 1, minutes: 0.5)]),
        AlertScenario("no worker idle for six minutes", [workers("idle"): lately(3, then: 0, minutes: 6)], fires: "DebriefNoIdleWorkers"),
        AlertScenario("no worker idle for four minutes", [workers("idle"): lately(3, then: 0, minutes: 4)]),
        AlertScenario(
            "no worker idle, since there is no database",
            [workers("idle"): constant(0), workers("waiting"): constant(4), "debrief_ready": constant(0)],
            fires: "DebriefDatabaseUnreachable",
            "DebriefNotReady"
        ),
        AlertScenario(
            "more wait than there are workers",
            ["debrief_accept_queue_length": lately(0, then: 5, minutes: 2)],
            fires: "DebriefQueueGrows"
        ),
        AlertScenario("as many wait as there are workers", ["debrief_accept_queue_length": constant(4)]),
        AlertScenario("more waited a while ago", ["debrief_accept_queue_length": lately(500, then: 0, minutes: 1)]),
        AlertScenario("a full queue", ["debrief_accept_queue_length": lately(0, then: 1_000, minutes: 0.75)], fires: "DebriefQueueFull"),
        AlertScenario("a queue that is not yet full", ["debrief_accept_queue_length": lately(0, then: 900, minutes: 0.75)]),
        AlertScenario("at its limit again and again", ["debrief_limit_reached_total": "1x40 1+1x40"], fires: "DebriefPoolAtLimit"),
        AlertScenario("at its limit once", ["debrief_limit_reached_total": lately(1, then: 2, minutes: 5)]),
        AlertScenario("a twentieth is refused", [requests("count", "503"): "0+1.25x\(samples)"], fires: "DebriefErrors"),
        AlertScenario("one of 100 is refused", [requests("count", "503"): "0+0.25x\(samples)"]),
        AlertScenario(
            "all of very few are refused",
            [requests("count", "200"): constant(0), requests("count", "503"): "0+0.1x\(samples)"]
        ),
        AlertScenario(
            "two of 100 take more than a second",
            [bucket("0.01"): "0+24.5x\(samples)", bucket("1.0"): "0+24.5x\(samples)"],
            fires: "DebriefSlow"
        ),
        AlertScenario("one of 200 takes more than a second", [bucket("0.01"): "0+24.875x\(samples)", bucket("1.0"): "0+24.875x\(samples)"]),
        AlertScenario(
            "all of very few take more than a second",
            [
                requests("count", "200"): "0+1x\(samples)", bucket("0.01"): constant(0), bucket("1.0"): constant(0), bucket("2.5"): "0+1x\(samples)",
                bucket("+Inf"): "0+1x\(samples)", requests("count", "503"): constant(0), bucket("0.01", "503"): constant(0),
                bucket("1.0", "503"): constant(0), bucket("2.5", "503"): constant(0), bucket("+Inf", "503"): constant(0),
            ]
        ),
        AlertScenario(
            "a request beyond its limit",
            ["debrief_oldest_request_age_seconds": lately(0, then: 36, minutes: 0.5)],
            fires: "DebriefRequestStuck"
        ),
        AlertScenario("a request within its limit", ["debrief_oldest_request_age_seconds": constant(30)]),
        AlertScenario("workers that crash", [restarts("signal"): "1x60 1+1x20"], fires: "DebriefWorkersRestarting"),
        AlertScenario("a worker that crashed", [restarts("signal"): lately(1, then: 2, minutes: 4)]),
        AlertScenario("workers that die young", ["debrief_workers_braked": lately(0, then: 2, minutes: 2)], fires: "DebriefWorkersBraked"),
        AlertScenario("workers that died young", ["debrief_workers_braked": lately(2, then: 0, minutes: 1)]),
        AlertScenario(
            "a master that is started again and again",
            [#"process_start_time_seconds{job="debrief"}"#: "1x40 2x10 3x10 4x20"],
            fires: "DebriefMasterRestarting"
        ),
        AlertScenario("a master that was upgraded", [#"process_start_time_seconds{job="debrief"}"#: lately(1, then: 2, minutes: 5)]),
        AlertScenario(
            "a reload that failed",
            [#"debrief_reloads_total{result="failed"}"#: lately(1, then: 2, minutes: 5)],
            fires: "DebriefReloadFailed"
        ),
        AlertScenario("lines of the log that are lost", ["debrief_log_write_failures_total": "2x60 3+1x20"], fires: "DebriefLogLinesLost"),
        AlertScenario("counters that began anew", ["debrief_log_write_failures_total": lately(2, then: 0, minutes: 5)]),
        AlertScenario("connections made again and again", ["debrief_database_reconnects_total": "3x40 3+1x40"], fires: "DebriefDatabaseFlaps"),
        AlertScenario("connections made anew after a restart of PostgreSQL", ["debrief_database_reconnects_total": lately(3, then: 7, minutes: 5)]),
        AlertScenario("degraded for a quarter of an hour", ["debrief_degraded": lately(0, then: 1, minutes: 15)], fires: "DebriefDegraded"),
        AlertScenario("degraded for five minutes", ["debrief_degraded": lately(0, then: 1, minutes: 5)]),
    ]
}
