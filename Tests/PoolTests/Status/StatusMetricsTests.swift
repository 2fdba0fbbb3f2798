import Testing

@testable import Pool

@Suite("Status as OpenMetrics")
struct StatusMetricsTests {
    private static var pool: PoolSnapshot {
        PoolSnapshot.well.with { pool in
            pool.requests = [
                .init(endpoint: "list_sessions", status: 200, histogram: Histogram([(900, 90), (9_000, 9), (31_000_000, 1)])),
                .init(endpoint: "list_sessions", status: 503, histogram: Histogram([(400, 2)])),
                .init(endpoint: nil, status: 404, histogram: Histogram([(400, 5)])),
            ]
            pool.restarts[.signal] = 7
            (pool.reloads, pool.failedReloads, pool.reconnects, pool.logFailures, pool.unanswered) = (3, 1, 11, 12, 13)
            pool.limitReached = 14
        }
    }

    @Test("is text that breaks none of the format's rules, of a pool that has all or nothing")
    func grammar() {
        for pool in [Self.pool, PoolSnapshot.well, PoolSnapshot()] {
            let read = OpenMetrics(pool.metrics)
            #expect(read.faults.isEmpty, "\(read.faults)")
            #expect(read.samples.count > 20)
        }
    }

    @Test("has each number under the name that people build on")
    func samples() {
        let samples = OpenMetrics(Self.pool.metrics).samples
        let expected: [String: Double] = [
            #"debrief_request_duration_seconds_count{endpoint="list_sessions",status="200"}"#: 100,
            #"debrief_request_duration_seconds_sum{endpoint="list_sessions",status="200"}"#: 31.162,
            #"debrief_request_duration_seconds_bucket{endpoint="list_sessions",status="200",le="0.0005"}"#: 0,
            #"debrief_request_duration_seconds_bucket{endpoint="list_sessions",status="200",le="0.001"}"#: 90,
            #"debrief_request_duration_seconds_bucket{endpoint="list_sessions",status="200",le="1.0"}"#: 99,
            #"debrief_request_duration_seconds_bucket{endpoint="list_sessions",status="200",le="+Inf"}"#: 100,
            #"debrief_request_duration_seconds_count{endpoint="list_sessions",status="503"}"#: 2,
            #"debrief_request_duration_seconds_count{endpoint="none",status="404"}"#: 5,
            "debrief_oldest_request_age_seconds": 0.012,
            #"debrief_workers{state="idle"}"#: 1, #"debrief_workers{state="waiting"}"#: 0,
            "debrief_workers_wanted": 2, "debrief_workers_min": 2, "debrief_workers_max": 8, "debrief_workers_braked": 0,
            #"debrief_worker_restarts_total{cause="signal"}"#: 7, #"debrief_worker_restarts_total{cause="max_requests"}"#: 0,
            "debrief_accept_queue_length": 3, "debrief_accept_queue_limit": 1_024, "debrief_limit_reached_total": 14,
            #"debrief_reloads_total{result="done"}"#: 3, #"debrief_reloads_total{result="failed"}"#: 1,
            "debrief_database_reconnects_total": 11, "debrief_log_write_failures_total": 12, "debrief_unanswered_connections_total": 13,
            "debrief_ready": 1, "debrief_degraded": 0, #"debrief_build_info{version="\#(Version.current)"}"#: 1,
            "process_start_time_seconds": 1_778_083_200,
        ]
        for (name, value) in expected { #expect(samples[name] == value, "\(name)") }
    }

    @Test("escapes what a label holds")
    func labels() {
        let pool = Self.pool.with { $0.requests[0].endpoint = "a\\b\"c\nd" }
        let read = OpenMetrics(pool.metrics)
        #expect(read.faults.isEmpty, "\(read.faults)")
        #expect(read.samples[#"debrief_request_duration_seconds_count{endpoint="a\\b\"c\nd",status="200"}"#] == 100)
    }

    @Test(
        "a number of seconds is exact, with a fraction always",
        arguments: [(0, "0.0"), (500, "0.0005"), (1_000_000, "1.0"), (2_500_000, "2.5"), (31_162_001, "31.162001"), (100_000_000, "100.0")]
    )
    func seconds(microseconds: Int, text: String) { #expect(MetricsWriter.seconds(microseconds: microseconds) == text) }

    @Test(
        "the reader of these tests takes nothing amiss",
        arguments: [
            ("# EOF\n", ""), ("debrief_workers_min 2", "debrief_workers_min two"), ("debrief_workers_min 2", "debrief_workers_mini 2"),
            ("# TYPE debrief_limit_reached counter", "# TYPE debrief_limit_reached_total counter"),
            ("debrief_limit_reached_total 14", "debrief_limit_reached 14"), ("_seconds seconds", "_seconds milliseconds"),
            (#"{state="idle"}"#, #"{state="busy"}"#), (#"{state="idle"}"#, #"{state=idle}"#), (#"le="0.001"} 90"#, #"le="0.001"} 100"#),
            (#"status="200",le="+Inf"} 100"#, #"status="200",le="30.5"} 100"#), (#"status="200"} 100"#, #"status="200"} 99"#),
            ("# TYPE debrief_workers_min gauge", "# TYPE debrief_workers gauge"), ("debrief_workers_min 2\n", "debrief_workers_min 2\n\n"),
            ("# TYPE debrief_ready gauge", "# TYPE debrief_ready gague"),
        ]
    )
    func reader(right: String, wrong: String) {
        let text = Self.pool.metrics
        #expect(text.contains(right))
        #expect(!OpenMetrics(text.replacing(right, with: wrong)).faults.isEmpty)
    }
}
