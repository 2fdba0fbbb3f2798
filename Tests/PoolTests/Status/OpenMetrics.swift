import Testing

/// A reader of OpenMetrics text that takes nothing amiss: the rules of the specification's sections 4 and 5 that our metrics can break.
struct OpenMetrics {
    /// The value of each sample, by its name and labels as they are written.
    private(set) var samples: [String: Double] = [:]
    /// What breaks the rules, a line each.
    private(set) var faults: [String] = []

    private var families: [String: String] = [:]
    private var family = ""
    private var type = ""
    /// Of the histogram being read: labels without `le`, last bound, last bucket.
    private var bucket: (labels: String, bound: Double, count: Double)?

    init(_ text: String) {
        var lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        if lines.popLast() != "" { faults.append("no end of line at the end") }
        if lines.popLast() != "# EOF" { faults.append("no # EOF at the end") }
        for line in lines {
            let before = faults.count
            if line.hasPrefix("# ") { readDescription(line) } else { readSample(line) }
            if faults.count > before { faults[faults.count - 1] += ": \(line)" }
        }
    }

    private mutating func readDescription(_ line: String) {
        let words = line.split(separator: " ", maxSplits: 3, omittingEmptySubsequences: false).map(String.init)
        guard words.count == 4, words[2].wholeMatch(of: /[a-z_][a-z0-9_]*/) != nil else { return faults.append("no description") }
        switch words[1] {
        case "TYPE":
            (family, type) = (words[2], words[3])
            if families.updateValue(type, forKey: family) != nil { faults.append("a second family of that name") }
            if !["counter", "gauge", "histogram", "info"].contains(type) { faults.append("unknown type") }
            if ["_total", "_count", "_sum", "_bucket", "_info"].contains(where: { family.hasSuffix($0) }) {
                faults.append("a suffix in a family's name")
            }
        case "UNIT": if words[2] != family || !family.hasSuffix("_\(words[3])") { faults.append("the unit is not the name's end") }
        case "HELP": if words[2] != family || words[3].isEmpty { faults.append("help for no family") }
        default: faults.append("unknown description")
        }
    }

    private mutating func readSample(_ line: String) {
        let pattern = /([a-z_][a-z0-9_]*)(?:\{((?:[a-z_]+="(?:[^"\\\n]|\\[\\"n])*",?)+)\})? (-?[0-9]+(?:\.[0-9]+)?)/
        guard let match = line.wholeMatch(of: pattern), let value = Double(match.3) else { return faults.append("no sample") }
        let (name, labels) = (String(match.1), String(match.2 ?? ""))
        if labels.hasSuffix(",") { faults.append("a comma too many") }
        if samples.updateValue(value, forKey: labels.isEmpty ? name : "\(name){\(labels)}") != nil { faults.append("the same sample twice") }
        let suffixes = ["counter": ["_total"], "gauge": [""], "histogram": ["_bucket", "_count", "_sum"], "info": ["_info"]]
        guard name.hasPrefix(family), let allowed = suffixes[type], allowed.contains(String(name.dropFirst(family.count))) else {
            return faults.append("a sample of no family")
        }
        if type != "gauge" && value < 0 { faults.append("below 0") }
        if type == "histogram" { readHistogram(String(name.dropFirst(family.count)), labels, value) }
    }

    private mutating func readHistogram(_ suffix: String, _ labels: String, _ value: Double) {
        guard suffix == "_bucket" else {
            guard let bucket, bucket.labels == labels, bucket.bound == .infinity else { return faults.append("no buckets to +Inf before") }
            if suffix == "_count" && value != bucket.count { faults.append("another count than the last bucket's") }
            return
        }
        guard let match = labels.wholeMatch(of: /(.*),le="([^"]+)"/), let bound = match.2 == "+Inf" ? .infinity : Double(match.2) else {
            return faults.append("no bound")
        }
        let rest = String(match.1)
        if let bucket, bucket.labels == rest, bucket.bound >= bound || bucket.count > value { faults.append("buckets that fall") }
        bucket = (rest, bound, value)
    }
}
