import API
import JSON

extension PoolSnapshot {
    /// The status for programs: one JSON object, in one line. Keys are added, never renamed; durations and counts say their unit.
    var json: String {
        var writer = JSONWriter(capacity: 8_192)
        writePool(to: &writer)
        // Of the histograms below.
        writer.list("bounds_microseconds", RequestTally.bounds) { $1.integer(Int64($0)) }
        writer.list("workers", workers) { $0.write(to: &$1, of: self) }
        writer.list("requests", requests) { $0.write(to: &$1) }
        writer.raw("}\n")
        return writer.text
    }

    private func writePool(to writer: inout JSONWriter) {
        writer.raw(#"{"version":"#)
        writer.string(Version.current)
        writer.text("phase", phase.name)
        writer.raw(isReady ? #","ready":true"# : #","ready":false"#)
        writer.list("degraded", faults) { $1.string($0) }
        writer.number("master", Int(master))
        writer.time("started_at", startedAt)
        writer.number("uptime_seconds", milliseconds(since: startedAt) / 1_000)
        writer.number("generation", generation)
        writer.raw(#","range":{"min":"#)
        writer.integer(Int64(range.lowerBound))
        writer.number("max", range.upperBound)
        writer.raw("}")
        writer.number("wanted", wanted)
        writer.number("braked", braked)
        writer.number("queue", queue)
        writer.number("queue_limit", queueLimit)
        writer.number("limit_reached", limitReached)
        writer.number("oldest_request_milliseconds", oldestRequestMilliseconds)
        writer.number("reloads", reloads)
        writer.number("failed_reloads", failedReloads)
        writer.raw(#","restarts":{"total":"#)
        writer.integer(Int64(restarts.values.reduce(0, +)))
        for cause in RestartCause.allCases { writer.number(cause.name, restarts[cause] ?? 0) }
        writer.raw(#"},"last_death":"#)
        if let lastDeath { lastDeath.write(to: &writer) } else { writer.null() }
        writer.number("database_reconnects", reconnects)
        writer.number("log_write_failures", logFailures)
        writer.number("unanswered_connections", unanswered)
    }
}

extension WorkerDeath {
    fileprivate func write(to writer: inout JSONWriter) {
        writer.raw(#"{"pid":"#)
        writer.integer(Int64(pid))
        writer.text("cause", cause.name)
        writer.number("code", code)
        writer.text("reason", reason)
        writer.time("at", at)
        writer.raw("}")
    }
}

extension PoolSnapshot.Worker {
    fileprivate func write(to writer: inout JSONWriter, of pool: PoolSnapshot) {
        writer.raw(#"{"pid":"#)
        writer.integer(Int64(pid))
        writer.number("slot", slot)
        writer.text("state", state.name)
        writer.number("generation", generation)
        writer.number("requests", requests)
        writer.time("started_at", startedAt)
        writer.number("uptime_seconds", pool.milliseconds(since: startedAt) / 1_000)
        writer.number("request_milliseconds", requestMilliseconds)
        writer.number("silent_milliseconds", silentMilliseconds)
        writer.number("exchange_milliseconds", exchangeMilliseconds)
        writer.key("endpoint")
        if let endpoint { writer.string(endpoint) } else { writer.null() }
        writer.number("last_status", lastStatus)
        writer.raw("}")
    }
}

extension PoolSnapshot.Requests {
    fileprivate func write(to writer: inout JSONWriter) {
        writer.raw(#"{"endpoint":"#)
        if let endpoint { writer.string(endpoint) } else { writer.null() }
        writer.number("status", status)
        writer.number("count", histogram.count)
        writer.number("sum_microseconds", histogram.sumMicroseconds)
        writer.number("p50_microseconds", histogram.quantileMicroseconds(0.5))
        writer.number("p95_microseconds", histogram.quantileMicroseconds(0.95))
        writer.number("p99_microseconds", histogram.quantileMicroseconds(0.99))
        writer.list("buckets", histogram.buckets) { $1.integer(Int64($0)) }
        writer.raw("}")
    }
}

/// Members of an object behind the first, each with the comma before it.
extension JSONWriter {
    fileprivate mutating func key(_ name: String) {
        raw(",")
        string(name)
        raw(":")
    }

    fileprivate mutating func number(_ name: String, _ value: Int?) {
        key(name)
        if let value { integer(Int64(value)) } else { null() }
    }

    fileprivate mutating func text(_ name: String, _ value: String) {
        key(name)
        string(value)
    }

    /// - Parameter time: in Unix microseconds.
    fileprivate mutating func time(_ name: String, _ time: Int) {
        key(name)
        instant(Instant(unixMicroseconds: Int64(time)))
    }

    fileprivate mutating func list<Element>(_ name: String, _ elements: [Element], _ write: (Element, inout JSONWriter) -> Void) {
        key(name)
        raw("[")
        for (index, element) in elements.enumerated() {
            if index > 0 { raw(",") }
            write(element, &self)
        }
        raw("]")
    }
}
