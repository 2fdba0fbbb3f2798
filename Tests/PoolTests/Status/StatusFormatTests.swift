import HTML
import Support
import Testing

@testable import Pool

@Suite("Status as text, JSON and a page")
struct StatusFormatTests {
    /// A pool with all that there is to say, and numbers as large as they get.
    private static var full: PoolSnapshot {
        PoolSnapshot.well.with { pool in
            pool.startedAt = PoolSnapshot.noon - 400 * 86_400_000_000
            pool.range = 4...1_024
            pool.wanted = 1_024
            pool.braked = 1_000
            pool.limitReached = 1_000_000_000
            (pool.reloads, pool.failedReloads) = (100_000, 100_000)
            for cause in RestartCause.allCases { pool.restarts[cause] = 100_000 }
            pool.lastDeath = WorkerDeath(pid: 4_194_304, cause: .signal, code: 11, at: PoolSnapshot.noon - 180_000_000)
            pool.workers = WorkerState.allCases.dropFirst().enumerated().map { PoolSnapshot.worker($0, $1) }
            pool.workers[2].requests = 1_000_000_000_000
            pool.workers[2].requestMilliseconds = 65_000
            pool.requests = [.init(endpoint: "list_sessions", status: 200, histogram: Histogram([(900, 90), (9_000, 9), (31_000_000, 1)]))]
        }
    }

    @Test("the text says each thing in a line of its own")
    func text() {
        #expect(
            PoolSnapshot.well.text == """
                Debrief \(Version.current) is running
                master      4711, up 1 h 0 min, generation 1
                workers     2 wanted of 2..8: 1 idle, 1 busy
                queue       3 of 1024, limit reached 0 times
                requests    0, the oldest at work for 12 ms
                restarts    0 by exit, 0 by signal, 0 overdue, 0 by number of requests
                reloads     0

                slot  pid   state  requests  up          at request for
                0     5000  idle   1234      30 min 0 s  -
                1     5001  busy   1234      30 min 0 s  12 ms

                """
        )
    }

    @Test("no line of the text is wider than 100 columns, whatever it says")
    func width() {
        let wide = Self.full.text.split(separator: "\n").filter { $0.count > 100 }
        #expect(wide.isEmpty, "\(wide)")
    }

    @Test(
        "a duration has two units at most",
        arguments: [
            (0, "0 ms"), (999, "999 ms"), (1_000, "1.0 s"), (59_999, "59.9 s"), (60_000, "1 min 0 s"), (3_599_999, "59 min 59 s"),
            (3_600_000, "1 h 0 min"), (86_399_999, "23 h 59 min"), (86_400_000, "1 d 0 h"), (90_000_000, "1 d 1 h"),
        ]
    )
    func duration(milliseconds: Int, text: String) { #expect(durationText(milliseconds: milliseconds) == text) }

    @Test("the JSON has an object a worker, RFC 3339 times, and null where there is nothing")
    func json() throws {
        let json = try #require(JSONValue(parsing: Array(PoolSnapshot.well.json.utf8)))
        #expect(json["version"] == .string(Version.current))
        #expect(json["master"] == .number(4_711))
        #expect(json["started_at"] == .string("2026-05-06T16:00:00Z"))
        #expect(json["uptime_seconds"] == .number(3_600))
        #expect(json["phase"] == .string("running"))
        #expect(json["ready"] == .bool(true))
        #expect(json["degraded"] == .array([]))
        #expect(json["range"] == .object(["min": .number(2), "max": .number(8)]))
        #expect(json["wanted"] == .number(2))
        #expect(json["queue"] == .number(3))
        #expect(json["queue_limit"] == .number(1_024))
        #expect(json["last_death"] == .null)
        let worker = json["workers"]?[1]
        #expect(json["workers"]?.array?.count == 2)
        #expect(worker?["pid"] == .number(5_001))
        #expect(worker?["state"] == .string("busy"))
        #expect(worker?["requests"] == .number(1_234))
        #expect(worker?["started_at"] == .string("2026-05-06T16:30:00Z"))
        #expect(worker?["request_milliseconds"] == .number(12))
        #expect(json["workers"]?[0]?["request_milliseconds"] == .null)
        #expect(PoolSnapshot.well.json.split(separator: "\n", omittingEmptySubsequences: false).count == 2)
    }

    @Test("the JSON names faults, deaths, and requests with their quantiles")
    func fullJSON() throws {
        let json = try #require(JSONValue(parsing: Array(Self.full.json.utf8)))
        #expect(json["degraded"]?.array?.count == Self.full.faults.count)
        #expect(json["last_death"]?["reason"] == .string("signal 11 (SEGV)"))
        #expect(json["last_death"]?["at"] == .string("2026-05-06T16:57:00Z"))
        #expect(json["restarts"]?["total"] == .number(400_000))
        #expect(json["restarts"]?["max_requests"] == .number(100_000))
        let requests = json["requests"]?[0]
        #expect(requests?["endpoint"] == .string("list_sessions"))
        #expect(requests?["count"] == .number(100))
        #expect(requests?["p50_microseconds"] == .number(777))
        #expect(requests?["p99_microseconds"] == .number(10_000))
    }

    @Test("a quantile lies in the bucket that the request of its rank fell into")
    func quantiles() {
        let histogram = Histogram([(900, 90), (9_000, 9), (31_000_000, 1)])
        #expect(histogram.quantileMicroseconds(0.9) == 1_000)
        #expect(histogram.quantileMicroseconds(0.95) == 5_000 + 5_000 * 5 / 9)
        #expect(histogram.quantileMicroseconds(0.995) == nil)
        #expect(Histogram().quantileMicroseconds(0.5) == nil)
        #expect(Histogram([(1, 4)]).quantileMicroseconds(0.5) == 250)
    }

    @Test("markup is escaped also where an accent follows it")
    func accent() { #expect(HTML.escaped("<b a=\"\u{301}'\u{301}>\u{301}") == "&lt;b a=&quot;\u{301}&#39;\u{301}&gt;\u{301}") }

    @Test("the page escapes what it shows, shows what is wrong, and no secret")
    func page() {
        var options = PoolOptions.any
        options.listen = .unix(path: "/tmp/<script>&\"'.sock")
        let html = StatusPage(pool: Self.full, options: options).html
        #expect(!html.contains("<script"))
        #expect(html.contains("/tmp/&lt;script&gt;&amp;&quot;&#39;.sock"))
        for fault in Self.full.faults { #expect(html.contains("<li>\(HTML.escaped(fault))</li>")) }
        #expect(!html.contains("hunter2"))
        #expect(html.contains(#"<meta http-equiv="refresh" content="10">"#))
        #expect(html.contains(#"<td>list_sessions</td><td class="n">100</td><td class="n">0</td><td class="n">0.7 ms</td>"#))
        #expect(html.contains("> 30 s") == false)
    }

    @Test("every element of the page is closed, in order")
    func nesting() {
        var open: [Substring] = []
        let void: Set<Substring> = ["!doctype", "meta"]
        for match in StatusPage(pool: Self.full, options: .any).html.matches(of: /<(\/?)([a-z0-9!]+)[^>]*>/) {
            if void.contains(match.2) { continue }
            if match.1.isEmpty { open.append(match.2) } else { #expect(open.popLast() == match.2) }
        }
        #expect(open.isEmpty)
    }
}

extension PoolOptions {
    /// Settings as they are without any.
    static var any: PoolOptions {
        PoolOptions(
            database: .init(conninfo: "password=hunter2", statementTimeoutMilliseconds: 10_000),
            listen: .unix(path: "debrief.sock"),
            backlog: 1_024,
            control: "control.sock",
            workers: 4...32,
            requestTimeoutMilliseconds: 30_000,
            startTimeoutMilliseconds: 30_000,
            drainTimeoutMilliseconds: 30_000,
            maxRequests: 0,
            slowMilliseconds: 1_000,
            log: nil,
            logLevel: .info
        )
    }
}
