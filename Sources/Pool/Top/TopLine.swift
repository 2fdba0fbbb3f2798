import API
import JSON

extension TopPool {
    /// What is known, in a line of `key=value` for programs and logs, behind the time in RFC 3339; `-` for what is not known. No value has a blank.
    ///
    /// - Parameter time: in Unix microseconds.
    func line(at time: Int64) -> String {
        let state =
            switch found {
            case .nothing, .fault: "no-answer"
            case .notRunning: "not-running"
            case .pool: status.map { $0.phase == "running" && !$0.faults.isEmpty ? "degraded" : $0.phase } ?? "-"
            }
        var line = "\(Instant(unixMicroseconds: time).second) state=\(state)"
        guard case .pool = found, let status else { return line }
        func say(_ key: String, _ value: String) { line += " \(key)=\(value.isEmpty ? "-" : value.replacing(" ", with: "_"))" }
        func milliseconds(_ duration: TopDuration?) -> String {
            switch duration {
            case nil, .unknown: "-"
            case .microseconds(let microseconds): "\(microseconds / 1_000).\(microseconds % 1_000 / 100)"
            case .above(let microseconds): ">\(microseconds / 1_000)"
            }
        }
        say("workers", "\(status.workers.count)")
        say("wanted", "\(status.wanted)")
        say("busy", "\(status.count(.busy))")
        say("queue", status.queue.map { "\($0)" } ?? "-")
        say("queue_peak", "\(queuePeak)")
        say("queue_limit", "\(status.queueLimit)")
        say("requests_per_second", rateText(rates?.requests))
        say("errors_per_second", rateText(rates?.errors))
        say("p50_ms", milliseconds(rates?.durations.half))
        say("p95_ms", milliseconds(rates?.durations.most))
        say("p99_ms", milliseconds(rates?.durations.nearlyAll))
        say("slowest", rates?.slowest?.name ?? "-")
        say("restarts", "\(status.restarts)")
        return line
    }
}
