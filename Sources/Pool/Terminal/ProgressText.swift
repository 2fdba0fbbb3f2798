/// How far long work is, for who looks on: a line with a bar where that is a terminal, now and then a plain line elsewhere.
///
/// It has no clock and writes nothing: both are its owner's.
public struct ProgressText: Sendable {
    /// Work that is over sooner says nothing in plain lines, and no two of them are nearer to each other.
    static let leastMilliseconds = 3_000
    /// From one plain line to the next, where the percentage does not get on.
    static let mostMilliseconds = 30_000
    /// In percent: what is worth a plain line.
    static let step = 10
    /// Before that an estimate is none.
    private static let estimateMilliseconds = 2_000

    private let begunAt: Int
    private var lineAt: Int
    private var linePercent = 0

    /// - Parameter now: when the work begins, in milliseconds of any clock that is not set.
    public init(at now: Int) {
        begunAt = now
        lineAt = now
    }

    /// A line for a terminal: `summary  42 % [|||     ] tenant 3 of 9, 12 s, 16 s left`. It is not wider than that, less the last column, in which
    /// a cursor would go on to the next line; the bar takes what room is left, the other parts go from the end.
    ///
    /// - Parameters:
    ///   - percent: how much is done.
    ///   - detail: what is under way.
    public func bar(_ name: String, percent: Int, _ detail: String, at now: Int, columns: Int, _ look: TerminalLook) -> String {
        let beginning = StyledLine("\(name) \(percent < 10 ? " " : "")\(percent) %")
        let room = max(0, columns - 1)
        var line = beginning
        let texts = [detail, time(percent, at: now)].filter { !$0.isEmpty }
        let end = [" \(texts.joined(separator: ", "))", " \(detail)"].first { beginning.width + $0.unicodeScalars.count <= room } ?? ""
        let cells = min(42, room - beginning.width - end.unicodeScalars.count - 1)
        if cells >= 7 { line.add(" \(look.bar(Double(percent) / 100, cells: cells))") }
        line.add(end)
        return line.cut(to: room).text
    }

    /// A line for a file or a pipe, without its end; nil where none is due.
    public mutating func line(_ name: String, percent: Int, _ detail: String, at now: Int) -> String? {
        let rest = now - lineAt
        guard rest >= Self.leastMilliseconds, rest >= Self.mostMilliseconds || percent >= linePercent + Self.step else { return nil }
        lineAt = now
        linePercent = percent
        let texts = [detail, time(percent, at: now)].filter { !$0.isEmpty }
        return "\(name): \(percent) %, \(texts.joined(separator: ", "))"
    }

    /// How long it has taken, and how much longer it will, if all goes on as it went.
    private func time(_ percent: Int, at now: Int) -> String {
        let elapsed = now - begunAt
        guard elapsed >= 1_000 else { return "" }
        let text = wholeSeconds(elapsed)
        guard elapsed >= Self.estimateMilliseconds, (1..<100).contains(percent) else { return text }
        return "\(text), \(wholeSeconds(elapsed / percent * (100 - percent))) left"
    }

    private func wholeSeconds(_ milliseconds: Int) -> String {
        milliseconds < 60_000 ? "\((milliseconds + 500) / 1_000) s" : durationText(milliseconds: milliseconds)
    }
}
