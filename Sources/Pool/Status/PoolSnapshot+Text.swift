import API
import JSON

extension PoolSnapshot {
    /// The status for a terminal: a head, what is degraded, and a table of the workers. No line has more than 100 columns.
    var text: String {
        var lines = ["Debrief \(Version.current) is \(stateName)"]
        func say(_ name: String, _ value: String) { lines.append(name.padded(to: 12) + value) }
        for fault in faults { say("degraded", fault) }
        say("master", "\(master), up \(durationText(milliseconds: milliseconds(since: startedAt))), generation \(generation)")
        say("workers", "\(wantedText): \(statesText)")
        say("queue", "\(queueText), limit reached \(counted(limitReached, "time"))")
        say("requests", "\(requestCount)" + (oldestRequestMilliseconds.map { ", the oldest at work for \(durationText(milliseconds: $0))" } ?? ""))
        say("restarts", restartsText)
        if let lastDeathText { say("last death", lastDeathText) }
        say("reloads", reloadsText)
        if logFailures > 0 { say("log", "\(counted(logFailures, "line")) could not be written") }
        return (lines + [""] + workerTable).joined(separator: "\n") + "\n"
    }

    private var workerTable: [String] {
        let rows = workers.map { worker in
            [
                "\(worker.slot)", "\(worker.pid)", worker.state.name, "\(worker.requests)",
                durationText(milliseconds: milliseconds(since: worker.startedAt)),
                worker.requestMilliseconds.map { durationText(milliseconds: $0) } ?? "-",
            ]
        }
        guard !rows.isEmpty else { return ["no workers"] }
        let all = [["slot", "pid", "state", "requests", "up", "at request for"]] + rows
        let widths = all[0].indices.map { column in all.reduce(0) { max($0, $1[column].count) } }
        return all.map { row in
            let line = zip(row, widths).map { $0.padded(to: $1) }.joined(separator: "  ")
            return String(line.dropLast(line.reversed().prefix { $0 == " " }.count))
        }
    }
}

extension String {
    fileprivate func padded(to width: Int) -> String { self + String(repeating: " ", count: max(0, width - count)) }
}
