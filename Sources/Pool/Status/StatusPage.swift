import API
import HTML
import JSON

/// The status as a page for people: plain HTML without a script, for a phone and a desk, by day and by night.
struct StatusPage {
    /// What HTTP calls the format.
    static let contentType = "text/html; charset=utf-8"
    /// Nothing is loaded, run, framed or sent from here; the page's own style is all it needs.
    static let securityPolicy = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

    let pool: PoolSnapshot
    let options: PoolOptions

    /// The whole document.
    var html: String {
        var page = HTML()
        page.raw(Self.head)
        page.element("title", "Debrief \(pool.stateName)")
        page.raw("</head>\n<body>\n")
        let faults = pool.faults
        page.block("h1") { heading in
            heading.element("span", "Debrief ")
            heading.element("span", ["class": faults.isEmpty ? "well" : "ill"], pool.stateName)
        }
        if !faults.isEmpty {
            page.block("ul") { list in
                for fault in faults { list.element("li", fault) }
            }
        }
        page.facts(facts)
        page.element("h2", "Requests")
        page.table(["endpoint", "count", "5xx", "p50", "p95", "p99"], texts: 1, requestRows, orElse: "None yet.")
        page.element("h2", "Workers")
        page.table(["pid", "state", "requests", "up", "at work"], texts: 2, workerRows, orElse: "None.")
        page.element("h2", "Settings in force")
        page.facts(class: "names", settings)
        page.block("p", ["class": "foot"]) { foot in
            foot.element("span", "\(moment(pool.takenAt)), again each 10 s. ")
            foot.element("a", ["href": "/status?json"], "JSON")
            foot.raw(" ")
            foot.element("a", ["href": "/metrics"], "Metrics")
        }
        page.raw("</body>\n</html>\n")
        return page.text
    }

    private func moment(_ time: Int) -> String { Instant(unixMicroseconds: Int64(time)).second }

    private var facts: [(name: String, value: String)] {
        [
            ("version", Version.current),
            ("phase", "\(pool.phase.name), \(pool.isServing ? "ready" : "not ready")"),
            ("master", "\(pool.master), up \(durationText(milliseconds: pool.milliseconds(since: pool.startedAt))), since \(moment(pool.startedAt))"),
            ("workers", "\(pool.wantedText): \(pool.statesText)"),
            ("accept queue", "\(pool.queueText), limit reached \(counted(pool.limitReached, "time"))"),
            ("oldest request", pool.oldestRequestMilliseconds.map { durationText(milliseconds: $0) } ?? "none"),
            ("restarts", pool.restartsText),
            ("last death", pool.lastDeathText ?? "none"),
            ("reloads", "\(pool.reloadsText), generation \(pool.generation)"),
            ("database", counted(pool.reconnects, "reconnect")),
            ("unanswered", counted(pool.unanswered, "connection")),
            ("log", counted(pool.logFailures, "write failure")),
        ]
    }

    /// A row an endpoint, over all statuses.
    private var requestRows: [[String]] {
        var names: [String?] = []
        for entry in pool.requests where !names.contains(entry.endpoint) { names.append(entry.endpoint) }
        return names.map { name in
            let entries = pool.requests.filter { $0.endpoint == name }
            let all = entries.reduce(into: Histogram()) { $0 += $1.histogram }
            let errors = entries.filter { $0.status >= 500 }.reduce(0) { $0 + $1.histogram.count }
            return ["\(name ?? "none")", "\(all.count)", "\(errors)"]
                + [0.5, 0.95, 0.99].map { all.quantileMicroseconds($0).map { durationText(microseconds: $0) } ?? "> 30 s" }
        }
    }

    private var workerRows: [[String]] {
        pool.workers.map { worker in
            [
                "\(worker.pid)", worker.state.name, "\(worker.requests)",
                durationText(milliseconds: pool.milliseconds(since: worker.startedAt)),
                worker.requestMilliseconds.map { durationText(milliseconds: $0) } ?? "",
            ]
        }
    }

    /// All that is no secret: how the database is reached can hold a password.
    private var settings: [(name: String, value: String)] {
        func seconds(_ milliseconds: Int) -> String {
            milliseconds % 1_000 == 0 ? "\(milliseconds / 1_000) s" : "\(milliseconds) ms"
        }
        let (low, high) = (options.workers.lowerBound, options.workers.upperBound)
        let listen =
            switch options.listen {
            case .unix(let path): path
            case .tcp(let address, let port): "\(address):\(port)"
            }
        return [
            ("DEBRIEF_LISTEN", listen),
            ("DEBRIEF_BACKLOG", "\(options.backlog)"),
            ("DEBRIEF_CONTROL", options.control),
            ("DEBRIEF_WORKERS", low == high ? "\(low)" : "\(low)..\(high)"),
            ("DEBRIEF_STATEMENT_TIMEOUT", seconds(options.database.statementTimeoutMilliseconds)),
            ("DEBRIEF_REQUEST_TIMEOUT", seconds(options.requestTimeoutMilliseconds)),
            ("DEBRIEF_START_TIMEOUT", seconds(options.startTimeoutMilliseconds)),
            ("DEBRIEF_DRAIN_TIMEOUT", seconds(options.drainTimeoutMilliseconds)),
            ("DEBRIEF_MAX_REQUESTS", "\(options.maxRequests)"),
            ("DEBRIEF_SLOW", seconds(options.slowMilliseconds)),
            ("DEBRIEF_LOG", options.log ?? "standard error"),
            ("DEBRIEF_LOG_LEVEL", options.logLevel.rawValue),
        ]
    }

    private static let head: StaticString = """
        <!doctype html>
        <html lang="en">
        <head>
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <meta name="color-scheme" content="light dark">
        <meta http-equiv="refresh" content="10">
        <style>
        :root { color-scheme: light dark; --line: #d0d7de; --dim: #57606a; --well: #1a7f37; --ill: #cf222e; }
        @media (prefers-color-scheme: dark) { :root { --line: #3d444d; --dim: #9198a1; --well: #3fb950; --ill: #f85149; } }
        body { font: 15px/1.45 system-ui, sans-serif; max-width: 60rem; margin: 0 auto; padding: 1rem; }
        h1 { font-size: 1.5rem; margin: 0 0 .75rem; }
        h2 { font-size: 1.1rem; margin: 1.75rem 0 .5rem; }
        .well { color: var(--well); }
        .ill, li { color: var(--ill); }
        dl { display: grid; grid-template-columns: minmax(6.5rem, max-content) 1fr; gap: .15rem 1rem; margin: 0; }
        dt, th, .foot { color: var(--dim); }
        dd { margin: 0; overflow-wrap: anywhere; }
        div { overflow-x: auto; }
        table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; }
        th, td { text-align: left; padding: .25rem .75rem .25rem 0; border-bottom: 1px solid var(--line); white-space: nowrap; }
        th { font-weight: normal; }
        .n { text-align: right; padding-right: 0; padding-left: .75rem; }
        .foot { margin-top: 2rem; }
        @media (max-width: 30rem) {
          table { font-size: 13px; }
          th, td { padding-right: .4rem; }
          .n { padding-left: .4rem; padding-right: 0; }
          .names { grid-template-columns: 1fr; gap: 0; }
          .names dd { margin-bottom: .4rem; }
        }
        </style>

        """
}
