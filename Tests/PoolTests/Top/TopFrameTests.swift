import Testing

@testable import Pool

@Suite("top's frames")
struct TopFrameTests {
    private static func text(_ pool: TopPool, _ view: TopView = TopView(), columns: Int, rows: Int) -> String {
        let frame = TopFrame(pool, view, TerminalSize(columns: columns, rows: rows), .least)
        return frame.lines.map { line in String(line.text.reversed().drop { $0 == " " }.reversed()) }.joined(separator: "\n")
    }

    @Test("a frame of a usual size has all of it")
    func usual() {
        #expect(
            Self.text(.looked, columns: 100, rows: 20) == """
                Debrief 1.2.3  running  up 1 h 0 min  master 4711  generation 1
                workers  [|||||||||||||||               ]  1 of 2 busy  2 wanted in 2..8  1 idle
                queue    [                              ]  1 now  3 peak  1024 limit
                requests 21.0/s  1.0/s 5xx  p50 0.7 ms  p95 0.9 ms  p99 89 ms
                slowest  get_summary p99 99 ms  oldest request 12 ms

                endpoint       req/s  5xx/s     p50     p95     p99  requests  5xx
                list_sessions   20.0    0.0  0.7 ms  0.9 ms  0.9 ms      1040    0
                get_summary      1.0    1.0   75 ms   97 ms   99 ms         5    5
                none             0.0    0.0       -       -       -         7    0

                 pid  gen  state  requests  req/s  at request  memory  last  endpoint
                5000    1  idle       1274   20.0           -  5.1 MB   200  list_sessions
                5001    1  busy       1236    1.0       12 ms       -   503  get_summary





                q quit  space pause  ? help  sort: s slot, r req/s, t time, n requests, m memory
                """
        )
    }

    @Test("the smallest has what matters most")
    func smallest() {
        #expect(
            Self.text(.looked, columns: 40, rows: 10) == """
                Debrief 1.2.3  running  up 1 h 0 min
                workers  1 of 2 busy  1 idle
                queue    1 now  3 peak  1024 limit
                requests 21.0/s  1.0/s 5xx  p99 89 ms
                slowest  get_summary p99 99 ms
                endpoint       req/s  5xx/s     p95
                list_sessions   20.0    0.0  0.9 ms
                get_summary      1.0    1.0   97 ms
                none             0.0    0.0       -
                q quit  space pause  ? help
                """
        )
    }

    @Test("without a master there is nothing to show but that, and no number of the one before")
    func notRunning() {
        var pool = TopPool.looked
        pool.takeNotRunning()
        let text = Self.text(pool, columns: 80, rows: 10)
        #expect(text.hasPrefix("Debrief  not running\n"))
        #expect(!text.contains("5000") && !text.contains("/s "))
    }

    @Test("what is degraded stands in red, with the word, above the tables")
    func degraded() {
        let pool = PoolSnapshot.well.with { $0.braked = 2 }
        var top = TopPool()
        top.take(.of(pool, at: 1))
        let frame = TopFrame(top, TopView(), TerminalSize(columns: 80, rows: 24), .least)
        #expect(frame.lines[0].text.contains("  degraded  "))
        #expect(frame.lines[5].text == "2 held back for a pause after early deaths")
        #expect(frame.lines[5].pieces.map(\.style) == [.ill])
    }

    @Test("workers are sorted by what was chosen, the greatest first, and those that are equal by their place")
    func order() {
        let pool = TopPool.full(workers: 12)
        func pids(_ order: TopView.Order, first: Int = 0) -> [String] {
            var view = TopView()
            (view.order, view.areWorkersFirst, view.firstWorker) = (order, true, first)
            let lines = Self.text(pool, view, columns: 300, rows: 60).split(separator: "\n").map(String.init)
            guard let head = lines.firstIndex(where: { $0.contains("at request") }) else { return [] }
            return lines[(head + 1)...].prefix { $0.contains("41900") }.map { String($0.split(separator: " ")[0].suffix(2)) }
        }
        let all = (0..<12).map { $0 < 10 ? "0\($0)" : "\($0)" }
        #expect(pids(.slot) == all)
        #expect(pids(.slot, first: 5) == Array(all[5...]))
        #expect(pids(.rate) == all.reversed())
        #expect(pids(.requests) == all.reversed())
        #expect(pids(.time) == ["09", "06", "03", "00", "01", "02", "04", "05", "07", "08", "10", "11"])
        #expect(pids(.memory) == all)
    }

    @Test("what there is no room for is counted")
    func more() {
        let text = Self.text(.full(workers: 1_024), columns: 100, rows: 30)
        let lines = text.split(separator: "\n")
        let shown = lines.filter { $0.contains("419") }.count
        #expect(shown >= 5)
        #expect(text.contains("\n... \(1_024 - shown) more"))
    }

    /// Of each kind, and some that are hard to fit in.
    private static let pools: [TopPool] = [
        TopPool(), TopPool(found: .notRunning), TopPool(found: .fault("cannot reach the master: " + String(repeating: "x", count: 400))),
        .looked, .full(workers: 0), .full(workers: 3), .full(workers: 1_024),
        {
            var pool = TopPool.full(workers: 40)
            pool.found = .fault("no answer from the master for 7 s")
            return pool
        }(),
    ]

    private static let sizes =
        [(1, 1), (2, 2), (7, 3), (10, 5), (39, 9), (40, 10), (41, 11), (80, 5), (80, 24), (99, 16), (100, 15), (132, 43), (500, 200)]
        + (20...60).map { ($0, $0 / 2) }

    @Test("no line is longer than the terminal is wide, and there are as many as it is high, whatever there is to show")
    func sizes() {
        var views = [TopView(), TopView(), TopView(), TopView()]
        views[1].isHelp = true
        (views[2].isPaused, views[2].areWorkersFirst) = (true, true)
        views[3].firstWorker = 1_000
        var count = 0
        for pool in Self.pools {
            for view in views {
                for (columns, rows) in Self.sizes {
                    for look in [TerminalLook.least, TerminalLook(isDrawable: true, hasColours: true, isUTF8: true)] {
                        let frame = TopFrame(pool, view, TerminalSize(columns: columns, rows: rows), look)
                        count += 1
                        #expect(frame.lines.count == rows)
                        for line in frame.lines where line.width > columns { Issue.record("\(columns)x\(rows): \(line.text)") }
                        for line in frame.lines { #expect(line.width == line.text.unicodeScalars.count) }
                    }
                }
            }
        }
        #expect(count == 8 * 4 * 54 * 2)
    }

    @Test("what is sent are places, styles and the text of the lines, and nothing that scrolls or wraps")
    func code() {
        for look in [TerminalLook.least, TerminalLook(isDrawable: true, hasColours: true, isUTF8: true)] {
            let frame = TopFrame(.full(workers: 9), TopView(), TerminalSize(columns: 90, rows: 30), look)
            let code = frame.code(look, isNew: true)
            let rest = code.replacing("\u{1B}[2J", with: "").replacing(/\u{1B}\[[0-9;]*m/, with: "").replacing("\u{1B}[K", with: "")
            let lines = rest.split(separator: /\u{1B}\[[0-9]+;1H/, omittingEmptySubsequences: false).dropFirst()
            #expect(lines.map(String.init) == frame.lines.map(\.text))
            #expect(!lines.contains { line in line.unicodeScalars.contains { $0.properties.generalCategory == .control } })
            #expect(code.contains(/\u{1B}\[(1;)?3[0-9]m/) == look.hasColours)
            // Each style is ended where it has begun.
            #expect(code.matches(of: /\u{1B}\[[1-9][0-9;]*m/).count == code.matches(of: /\u{1B}\[0m/).count)
        }
    }
}
