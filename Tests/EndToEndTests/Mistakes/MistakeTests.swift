import Support
import Testing

@Suite("Typical mistakes")
struct MistakeTests {
    private static let mostLines = 3

    @Test("are each told in at most three lines: what was tried, what came, and what to do next", arguments: Mistake.all.map(\.name))
    func answer(name: String) throws {
        let mistake = try #require(Mistake.all.first { $0.name == name })
        // Each part is of words of its own, and enough of them that not any answer has them.
        #expect(!mistake.tried.contains(mistake.came) && !mistake.tried.contains(mistake.next), "\(mistake)")
        #expect(mistake.came.count >= 5, "\(mistake.came)")
        let (status, text) = try { ($0.status, $0.text) }(mistake.make())
        #expect(status == mistake.status, "\(text)")
        for part in [mistake.tried, mistake.came, mistake.next] { #expect(text.contains(part), "\(text)") }
        #expect(text.filter(\.isNewline).count <= Self.mostLines && text.hasSuffix("\n"), "\(text)")
        // No value of a connection string, and none of what a token is made of.
        #expect(!text.contains(GuardedCluster.password) && !text.contains(/debrief_[0-9A-Za-z]{20}/), "\(text)")
    }

    @Test("are many, and each another")
    func count() {
        #expect(Set(Mistake.all.map(\.name)).count == Mistake.all.count)
        #expect(Mistake.all.count >= 20)
        Run.report("mistakes: \(Mistake.all.count) made, and each answer looked at for what was tried, what came and what to do next")
    }
}
