/// What `debrief top` shows at one moment in a terminal of one size: lines, none longer than the terminal is wide, and no more than it is high.
struct TopFrame: Equatable {
    let lines: [StyledLine]

    /// The pool, as it is to be seen.
    init(_ pool: TopPool, _ view: TopView, _ size: TerminalSize, _ look: TerminalLook) {
        let (width, rows) = (max(1, size.columns), max(1, size.rows))
        var lines = Self.head(pool, width: width, rows: rows, look)
        let room = max(0, rows - lines.count - 1)
        if view.isHelp {
            lines += Self.help.prefix(room).map { StyledLine($0) }
        } else if let status = pool.status {
            lines += TopTables(status: status, rates: pool.rates, view: view).lines(width: width, rows: room)
        }
        let shown = Array(lines.prefix(rows - 1))
        let blank = Array(repeating: StyledLine(), count: rows - 1 - shown.count)
        self.lines = (shown + blank + [Self.foot(view, width: width)]).map { $0.cut(to: width) }
    }

    /// All of it as it is sent. Nothing is scrolled and no line wraps, so that a terminal that has just become smaller shows no rests.
    ///
    /// - Parameter isNew: whether something else may stand on the screen.
    func code(_ look: TerminalLook, isNew: Bool) -> String {
        let code = lines.enumerated().map { row, line in
            // What stood behind the line's end is erased from there on: in the last column the cursor would still stand on the last character.
            "\u{1B}[\(row + 1);1H\u{1B}[K\(look.code(line))"
        }
        return (isNew ? "\u{1B}[2J" : "") + code.joined()
    }

    private static let help = [
        "q, Ctrl-C  quit",
        "space      pause, and go on",
        "s r t n m  sort workers: slot, req/s,",
        "           time at the request,",
        "           number of requests, memory",
        "Tab        workers or endpoints first",
        "up, down   move in the list of workers",
        "Ctrl-L     draw anew",
        "?          this help, and back",
    ]
}

// MARK: - The head

extension TopFrame {
    /// A piece of a line; those with the highest ranks are left out first.
    private typealias Fact = (rank: Int, fact: StyledLine)

    /// Facts beside each other: as many as fit. One that is empty is none.
    private static func line(_ label: String, _ facts: [Fact], width: Int) -> StyledLine {
        var kept = facts.filter { $0.fact.width > 0 }
        let gap = 2
        while kept.count > 1, label.count + kept.reduce(0, { $0 + $1.fact.width + gap }) - gap > width {
            guard let least = kept.indices.max(by: { kept[$0].rank < kept[$1].rank }) else { break }
            kept.remove(at: least)
        }
        var line = StyledLine(label, .label)
        for (place, entry) in kept.enumerated() {
            if place > 0 { line.add("  ") }
            line.add(entry.fact)
        }
        return line
    }

    private static func head(_ pool: TopPool, width: Int, rows: Int, _ look: TerminalLook) -> [StyledLine] {
        switch pool.found {
        case .nothing: return [StyledLine("Debrief", .title), StyledLine("asking the master")]
        case .notRunning:
            var line = StyledLine("Debrief  ", .title)
            line.add("not running", .ill)
            return [line, StyledLine("goes on as soon as there is a master")]
        case .pool, .fault: break
        }
        var lines: [StyledLine] = []
        if let status = pool.status {
            lines = facts(pool, status, width: width, look)
            if rows >= 16, status.restarts > 0 {
                let last = status.lastDeath.map { ", the last by \($0)" } ?? ""
                lines.append(line("restarts ", [(0, StyledLine("\(status.restarts)\(last)"))], width: width))
            }
            lines += status.faults.prefix(rows >= 16 ? 4 : 1).map { StyledLine($0, .ill) }
        } else {
            lines = [StyledLine("Debrief", .title)]
        }
        if case .fault(let reason) = pool.found { lines.append(StyledLine(reason, .ill)) }
        if rows >= 16 { lines.append(StyledLine()) }
        return lines
    }

    private static func facts(_ pool: TopPool, _ status: TopStatus, width: Int, _ look: TerminalLook) -> [StyledLine] {
        // As wide as what stands beside it lets it be.
        let cells = width >= 100 ? 32 : 22
        return [
            line("", masterFacts(status), width: width),
            line("workers  ", workerFacts(status, look, cells: cells), width: width),
            line("queue    ", queueFacts(status, peak: pool.queuePeak, look, cells: cells), width: width),
            line("requests ", requestFacts(pool.rates), width: width),
            line("slowest  ", slowestFacts(status, pool.rates), width: width),
        ]
    }

    private static func masterFacts(_ status: TopStatus) -> [Fact] {
        let isRunning = status.phase == "running"
        let isWell = isRunning && status.faults.isEmpty
        return [
            (1, StyledLine("Debrief \(status.version)", .title)),
            (0, StyledLine(isRunning && !isWell ? "degraded" : status.phase, isWell ? .well : .ill)),
            (2, StyledLine("up \(durationText(milliseconds: status.uptimeSeconds * 1_000))")),
            (3, StyledLine("master \(status.master)")),
            (4, StyledLine("generation \(status.generation)")),
        ]
    }

    private static func workerFacts(_ status: TopStatus, _ look: TerminalLook, cells: Int) -> [Fact] {
        let (count, busy) = (status.workers.count, status.count(.busy))
        let (low, high) = (status.range.lowerBound, status.range.upperBound)
        let others = WorkerState.allCases.filter { $0 != .none && $0 != .busy && status.count($0) > 0 }.map { "\(status.count($0)) \($0.name)" }
        return [
            (4, StyledLine(look.bar(part(busy, of: count), cells: cells), .well)),
            (0, StyledLine("\(busy) of \(count) busy")),
            (2, StyledLine("\(status.wanted) wanted" + (low == high ? "" : " in \(low)..\(high)"))),
            (1, StyledLine(others.joined(separator: ", "))),
        ]
    }

    private static func queueFacts(_ status: TopStatus, peak: Int, _ look: TerminalLook, cells: Int) -> [Fact] {
        let length = status.queue ?? 0
        let style = length > 0 ? TextStyle.warning : .plain
        return [
            (4, StyledLine(look.bar(part(length, of: status.queueLimit), cells: cells), style)),
            (0, StyledLine(status.queue == nil ? "unknown" : "\(length) now", style)),
            (1, StyledLine("\(peak) peak")),
            (2, StyledLine("\(status.queueLimit) limit")),
            (3, StyledLine(status.limitReached > 0 ? "at the limit \(counted(status.limitReached, "time"))" : "")),
        ]
    }

    private static func requestFacts(_ rates: TopRates?) -> [Fact] {
        let durations = rates?.durations ?? TopRates.Durations()
        return [
            (0, StyledLine("\(rateText(rates?.requests))/s")),
            (1, StyledLine("\(rateText(rates?.errors))/s 5xx", (rates?.errors ?? 0) > 0 ? .ill : .plain)),
            (4, StyledLine("p50 \(durations.half.text)")),
            (3, StyledLine("p95 \(durations.most.text)")),
            (2, StyledLine("p99 \(durations.nearlyAll.text)")),
        ]
    }

    private static func slowestFacts(_ status: TopStatus, _ rates: TopRates?) -> [Fact] {
        let oldest = status.oldestRequestMilliseconds.map { durationText(milliseconds: $0) }
        return [
            (0, StyledLine(rates?.slowest.map { "\($0.name) p99 \($0.durations.nearlyAll.text)" } ?? "-")),
            (1, StyledLine("oldest request \(oldest ?? "-")")),
        ]
    }

    private static func part(_ part: Int, of whole: Int) -> Double { whole > 0 ? Double(part) / Double(whole) : 0 }

    private static func foot(_ view: TopView, width: Int) -> StyledLine {
        var facts: [Fact] = [
            (2, StyledLine("q quit", .head)),
            (3, StyledLine("space pause", .head)),
            (1, StyledLine("? help", .head)),
            (4, StyledLine("sort: s slot, r req/s, t time, n requests, m memory", .head)),
        ]
        if view.isPaused { facts.insert((0, StyledLine("PAUSED", .head)), at: 0) }
        var foot = StyledLine()
        for piece in line("", facts, width: width).pieces { foot.add(piece.text, .head) }
        return foot.padded(to: width, .head)
    }
}

/// A number a second, for people: with a decimal where it is small.
func rateText(_ rate: Double?) -> String {
    guard let rate, rate < 1e15 else { return "-" }
    guard rate < 99.95 else { return "\(Int(rate.rounded()))" }
    let tenths = Int((rate * 10).rounded())
    return "\(tenths / 10).\(tenths % 10)"
}
