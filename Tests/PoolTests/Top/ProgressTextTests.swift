import Testing

@testable import Pool

@Suite("The text of progress")
struct ProgressTextTests {
    @Test("a bar has the percentage, what is under way, the time it took and the time left")
    func bar() {
        let text = ProgressText(at: 1_000)
        func bar(_ percent: Int, at now: Int, columns: Int = 80) -> String {
            text.bar("summary", percent: percent, "tenant 1 of 3", at: now, columns: columns, .least)
        }
        #expect(bar(0, at: 1_000) == "summary  0 % [\(String(repeating: " ", count: 40))] tenant 1 of 3")
        let (half, rest) = (String(repeating: "|", count: 17), String(repeating: " ", count: 16))
        #expect(bar(50, at: 13_000) == "summary 50 % [\(half)\(rest)] tenant 1 of 3, 12 s, 12 s left")
        #expect(bar(25, at: 121_000).hasSuffix("] tenant 1 of 3, 2 min 0 s, 6 min 0 s left"))
        #expect(bar(100, at: 13_000).hasSuffix("] tenant 1 of 3, 12 s"))
        for columns in 1...120 { #expect(bar(50, at: 13_000, columns: columns).count < columns) }
        #expect(bar(50, at: 13_000, columns: 30) == "summary 50 % tenant 1 of 3")
    }

    @Test("plain lines are few: none before 3 s, one for each tenth, one each half minute where it stands")
    func lines() {
        var text = ProgressText(at: 0)
        var said: [String] = []
        // 100 % in 10 minutes, looked at each 100 ms, but that it stands still at 50 % for 2 minutes.
        for now in stride(from: 0, through: 720_000, by: 100) {
            let worked = now < 300_000 ? now : max(300_000, now - 120_000)
            if let line = text.line("summary", percent: worked / 6_000, "tenant 1 of 1", at: now) { said.append(line) }
        }
        #expect(said.first == "summary: 5 %, tenant 1 of 1, 30 s, 9 min 30 s left")
        #expect(said.count <= 26 && said.count >= 20, "\(said)")

        text = ProgressText(at: 0)
        let fast = stride(from: 0, through: 2_900, by: 10).compactMap { text.line("x", percent: $0 / 29, "", at: $0) }
        #expect(fast.isEmpty)
    }
}
