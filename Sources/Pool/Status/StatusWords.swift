import API
import JSON

// How status is put into words, for the terminal and the page alike.

/// A duration for people: two units at most, so that it stays narrow.
func durationText(milliseconds: Int) -> String {
    let seconds = milliseconds / 1_000
    return switch milliseconds {
    case ..<1_000: "\(milliseconds) ms"
    case ..<60_000: "\(seconds).\(milliseconds % 1_000 / 100) s"
    case ..<3_600_000: "\(seconds / 60) min \(seconds % 60) s"
    case ..<86_400_000: "\(seconds / 3_600) h \(seconds / 60 % 60) min"
    default: "\(seconds / 86_400) d \(seconds / 3_600 % 24) h"
    }
}

/// A duration that may be far below a millisecond.
func durationText(microseconds: Int) -> String {
    guard microseconds < 10_000 else { return durationText(milliseconds: microseconds / 1_000) }
    return "\(microseconds / 1_000).\(microseconds % 1_000 / 100) ms"
}

/// A number and what it counts: `1 time`, `2 times`.
func counted(_ count: Int, _ noun: String) -> String { "\(count) \(noun)\(count == 1 ? "" : "s")" }

extension Instant {
    /// RFC 3339 to the second, for people.
    var second: String { description.split(separator: ".").first.map { $0.hasSuffix("Z") ? String($0) : "\($0)Z" } ?? description }
}

extension PoolSnapshot {
    /// How long ago something was, its time in Unix microseconds.
    func milliseconds(since time: Int) -> Int { max(0, takenAt - time) / 1_000 }

    /// How many workers there are to be, and may be.
    var wantedText: String {
        let (low, high) = (range.lowerBound, range.upperBound)
        return low == high ? "\(wanted) wanted" : "\(wanted) wanted of \(low)..\(high)"
    }

    /// How many workers are in which state.
    var statesText: String {
        let states = WorkerState.allCases.filter { $0 != .none && count($0) > 0 }.map { "\(count($0)) \($0.name)" }
        return states.isEmpty ? "none" : states.joined(separator: ", ")
    }

    /// The accept queue.
    var queueText: String { "\(queue.map(String.init) ?? "unknown") of \(queueLimit)" }

    /// Restarts by their cause.
    var restartsText: String { RestartCause.allCases.map { "\(restarts[$0] ?? 0) \($0.words)" }.joined(separator: ", ") }

    /// The last death; nil where there was none.
    var lastDeathText: String? {
        lastDeath.map {
            let ago = durationText(milliseconds: milliseconds(since: $0.at))
            return "worker \($0.pid) by \($0.reason), \(ago) ago, \(Instant(unixMicroseconds: Int64($0.at)).second)"
        }
    }

    /// Reloads that took effect, and those that did not.
    var reloadsText: String { "\(reloads)" + (failedReloads > 0 ? ", and \(failedReloads) failed" : "") }

    /// All requests that were answered.
    var requestCount: Int { requests.reduce(0) { $0 + $1.histogram.count } }
}

extension RestartCause {
    /// For people.
    fileprivate var words: String {
        switch self {
        case .exit, .signal: "by \(name)"
        case .overdue: "overdue"
        case .maxRequests: "by number of requests"
        }
    }
}
