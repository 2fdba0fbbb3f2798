/// Writes OpenMetrics text, <https://github.com/prometheus/OpenMetrics/blob/v1.0.0/specification/OpenMetrics.md>: families, one after the other, and
/// the mark of the end, without which a reader takes the text for cut short.
struct MetricsWriter {
    /// What HTTP calls the format.
    static let contentType = "application/openmetrics-text; version=1.0.0; charset=utf-8"

    /// The types of a family that are used here.
    enum Kind: String {
        case counter, gauge, histogram, info
    }

    private var written = ""
    private var family = ""

    /// Begins a family.
    ///
    /// - Parameter unit: where it has one; the name then has to end in it.
    mutating func begin(_ name: String, _ kind: Kind, unit: String? = nil, _ help: String) {
        family = name
        written += "# TYPE \(name) \(kind.rawValue)\n"
        if let unit { written += "# UNIT \(name) \(unit)\n" }
        written += "# HELP \(name) \(Self.escaped(help))\n"
    }

    /// Adds a sample to the family.
    ///
    /// - Parameters:
    ///   - suffix: what stands behind the family's name: `_total` for a counter, `_info` for an info.
    ///   - value: a decimal number.
    mutating func sample(_ suffix: String = "", _ labels: [(name: String, value: String)] = [], _ value: String) {
        let list = labels.map { "\($0.name)=\"\(Self.escaped($0.value))\"" }.joined(separator: ",")
        written += "\(family)\(suffix)\(list.isEmpty ? "" : "{\(list)}") \(value)\n"
    }

    /// The whole text, with its end.
    consuming func end() -> String { written + "# EOF\n" }

    /// A number of seconds in the format's canonical form: no trailing zeros, but a fraction always.
    static func seconds(microseconds: Int) -> String {
        let digits = "\(1_000_000 + microseconds % 1_000_000)".dropFirst()
        let fraction = digits.dropLast(digits.reversed().prefix { $0 == "0" }.count)
        return "\(microseconds / 1_000_000).\(fraction.isEmpty ? "0" : fraction)"
    }

    private static func escaped(_ text: String) -> String {
        text.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"").replacing("\n", with: "\\n")
    }
}
