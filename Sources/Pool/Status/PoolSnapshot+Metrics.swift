extension PoolSnapshot {
    /// The status as Prometheus reads it. Counters count from the master's start, over all workers there have been.
    var metrics: String {
        var writer = MetricsWriter()
        writeRequests(to: &writer)
        writeWorkers(to: &writer)
        writeQueue(to: &writer)
        writeEvents(to: &writer)
        writeProcess(to: &writer)
        return writer.end()
    }

    private func writeRequests(to writer: inout MetricsWriter) {
        writer.begin("debrief_request_duration_seconds", .histogram, unit: "seconds", "Requests, and how long they took, from accept to last byte.")
        for entry in requests {
            let labels = [(name: "endpoint", value: entry.endpoint ?? "none"), (name: "status", value: "\(entry.status)")]
            var sum = 0
            for (count, bound) in zip(entry.histogram.buckets, RequestTally.bounds.map(Optional.some) + [nil]) {
                sum += count
                let le = bound.map { MetricsWriter.seconds(microseconds: $0) } ?? "+Inf"
                writer.sample("_bucket", labels + [(name: "le", value: le)], "\(sum)")
            }
            writer.sample("_count", labels, "\(sum)")
            writer.sample("_sum", labels, MetricsWriter.seconds(microseconds: entry.histogram.sumMicroseconds))
        }
        writer.begin("debrief_oldest_request_age_seconds", .gauge, unit: "seconds", "How long the oldest request has been worked at; 0 without one.")
        writer.sample("", [], MetricsWriter.seconds(microseconds: (oldestRequestMilliseconds ?? 0) * 1_000))
    }

    private func writeWorkers(to writer: inout MetricsWriter) {
        writer.begin("debrief_workers", .gauge, "Workers by what they are at.")
        for state in WorkerState.allCases where state != .none { writer.sample("", [(name: "state", value: state.name)], "\(count(state))") }
        for (name, value, help) in [
            ("wanted", wanted, "How many workers there are to be now."),
            ("min", range.lowerBound, "How few workers there may be."),
            ("max", range.upperBound, "How many workers there may be."),
            ("braked", braked, "Workers that are missing until a pause is over, since their predecessors died young."),
        ] {
            writer.begin("debrief_workers_\(name)", .gauge, help)
            writer.sample("", [], "\(value)")
        }
        writer.begin("debrief_worker_restarts", .counter, "Workers that were replaced, by why they ended.")
        for cause in RestartCause.allCases { writer.sample("_total", [(name: "cause", value: cause.name)], "\(restarts[cause] ?? 0)") }
    }

    private func writeQueue(to writer: inout MetricsWriter) {
        writer.begin("debrief_accept_queue_length", .gauge, "Connections that wait for a worker; absent where the kernel does not say.")
        if let queue { writer.sample("", [], "\(queue)") }
        writer.begin("debrief_accept_queue_limit", .gauge, "Connections that may wait for a worker; above it callers get 503.")
        writer.sample("", [], "\(queueLimit)")
    }

    private func writeEvents(to writer: inout MetricsWriter) {
        writer.begin("debrief_reloads", .counter, "Reloads by whether they took effect.")
        writer.sample("_total", [(name: "result", value: "done")], "\(reloads)")
        writer.sample("_total", [(name: "result", value: "failed")], "\(failedReloads)")
        for (name, value, help) in [
            ("limit_reached", limitReached, "How often requests waited while there were as many workers as there may be."),
            ("database_reconnects", reconnects, "Connections to PostgreSQL that were made anew."),
            ("log_write_failures", logFailures, "Lines that could not be written to the log."),
            ("unanswered_connections", unanswered, "Connections that were closed without an answer, since they held no request."),
        ] {
            writer.begin("debrief_\(name)", .counter, help)
            writer.sample("_total", [], "\(value)")
        }
    }

    private func writeProcess(to writer: inout MetricsWriter) {
        writer.begin("debrief_ready", .gauge, "1 where requests can be answered from PostgreSQL, as /ready says it; else 0.")
        writer.sample("", [], isServing ? "1" : "0")
        writer.begin("debrief_degraded", .gauge, "How many things are degraded; /status names them.")
        writer.sample("", [], "\(faults.count)")
        writer.begin("debrief_build", .info, "Which Debrief this is.")
        writer.sample("_info", [(name: "version", value: Version.current)], "1")
        writer.begin("process_start_time_seconds", .gauge, unit: "seconds", "When the master started, in Unix time.")
        writer.sample("", [], MetricsWriter.seconds(microseconds: startedAt))
    }
}
