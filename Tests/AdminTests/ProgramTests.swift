import Testing

@testable import Pool

@Suite("Another program's output")
struct ProgramTests {
    @Test("is what it says to either output, with its exit status; nothing of our environment is passed on but the path")
    func output() throws {
        let said = try #require(Program.output(of: ["sh", "-c", "echo a; echo b >&2; env; exit 3"], milliseconds: 10_000))
        #expect(said.status == 3)
        let lines = said.text.split(separator: "\n").map(String.init)
        #expect(lines.prefix(2) == ["a", "b"])
        #expect(lines.dropFirst(2).allSatisfy { ["PATH", "LC_ALL", "PWD", "SHLVL", "_"].contains($0.prefix { $0 != "=" }) }, "\(lines)")
    }

    @Test("is none where there is no such program, it ends by a signal, or not in time")
    func none() {
        #expect(Program.output(of: ["/nonexistent/program"], milliseconds: 10_000) == nil)
        #expect(Program.output(of: ["sh", "-c", "kill -KILL $$"], milliseconds: 10_000) == nil)
        let began = ContinuousClock.now
        #expect(Program.output(of: ["sleep", "60"], milliseconds: 100) == nil)
        #expect(Program.output(of: ["sh", "-c", "exec >&- 2>&-; exec sleep 60"], milliseconds: 100) == nil)
        #expect(began.duration(to: .now) < .seconds(20))
    }

    @Test("is not read without end")
    func endless() {
        let text = Program.output(of: ["sh", "-c", "head -c 1000000 /dev/zero"], milliseconds: 20_000)?.text
        #expect(text?.utf8.count == 16_384)
        #expect(Program.output(of: ["yes"], milliseconds: 100) == nil)
    }
}
