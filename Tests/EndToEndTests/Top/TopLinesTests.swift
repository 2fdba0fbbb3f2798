import Foundation
import Support
import Testing

@Suite("top in a pipe")
struct TopLinesTests {
    private static func top(_ words: String..., control: String) throws -> (status: Int32?, output: String, errors: String) {
        try run([Run.binary, "top"] + words, environment: ["DEBRIEF_CONTROL": control, "TERM": "xterm"], as: .debrief)
    }

    /// The keys and values of a line behind its time.
    private static func values(_ line: Substring) -> [Substring: Substring] {
        let pairs = line.split(separator: " ").dropFirst().map { $0.split(separator: "=", maxSplits: 1) }
        return Dictionary(pairs.map { ($0[0], $0[1]) }) { first, _ in first }
    }

    @Test("it is a line of key=value an interval, as many as were asked for, with the rates of the interval")
    func lines() throws {
        let stage = try Stage.shared()
        let callers = Callers(stage.client, token: stage.token)
        defer { callers.stop() }
        try callers.serve(1)
        let before = callers.count
        let began = Date()
        let (status, output, errors) = try Self.top("-n", "10", "--interval", "300ms", control: stage.deployment.controlSocket)
        let calls = Double(callers.count - before) / Date().timeIntervalSince(began)
        #expect(status == 0 && errors.isEmpty, "\(errors)")
        let lines = output.split(separator: "\n")
        #expect(lines.count == 10)
        var right = 0
        for line in lines {
            #expect(line.prefixMatch(of: #/20[0-9T:-]+Z state=running workers=2 wanted=2 busy=[0-2] queue=[0-9]+ /#) != nil, "\(line)")
            let values = Self.values(line)
            let rate = try #require(Double(values["requests_per_second"] ?? ""))
            // Others call this pool, too; and in an interval in which the machine stood still, none was answered.
            if rate > calls / 10 && rate < calls * 20 + 500 { right += 1 }
            #expect(values["p99_ms"]?.contains(rate == 0 ? /^-$/ : /^[0-9.>]+$/) == true, "\(line)")
            #expect(values["slowest"]?.wholeMatch(of: rate == 0 ? /-/ : /[a-z_]+/) != nil, "\(line)")
        }
        #expect(right >= 3, "\(output), and \(calls) calls a second")
    }

    @Test("it ends quietly when nobody reads any more, also where SIGPIPE is ignored", arguments: ["", "trap '' PIPE; "])
    func closedPipe(trap: String) throws {
        let control = try Stage.shared().deployment.controlSocket
        let script = "set -o pipefail; \(trap)\"$@\" top --interval 100ms | head -n 2"
        let words = ["/bin/bash", "-c", script, "bash", "env", "DEBRIEF_CONTROL=\(control)", Run.binary]
        let (status, output, errors) = try run(words, as: .debrief)
        #expect(status == 0)
        #expect(output.split(separator: "\n").count == 2)
        #expect(errors.isEmpty)
    }

    @Test("without a master it says so and exits with 3, and waits for one where it may look again")
    func notRunning() throws {
        let database = try Cluster.shared.get().makeDatabase()
        let deployment = try Deployment(database)
        #expect(try deployment.command("stop").status == 0)
        let (status, output, errors) = try Self.top("-n", "1", control: deployment.controlSocket)
        #expect(status == 3 && errors.isEmpty)
        #expect(output.wholeMatch(of: /20[0-9T:-]+Z state=not-running\n/) != nil, "\(output)")

        let top = try ChildProcess(
            [Run.binary, "top", "--interval", "100ms"],
            environment: ["DEBRIEF_CONTROL": deployment.controlSocket],
            as: .debrief,
            output: "\(Run.makeFolder("top", for: .debrief))/out"
        )
        try eventually { top.output.contains("state=not-running\n") }
        try deployment.startMaster()
        try eventually(within: 30) { top.output.contains("state=running ") }
    }

    @Test("what it cannot reach ends it with a line, and what makes no sense is wrong usage")
    func refused() throws {
        let file = "\(Run.makeFolder("top", for: .debrief))/file"
        let (status, output, errors) = try Self.top("-n", "1", control: String(repeating: "x", count: 200))
        #expect(status == 1 || status == 64, "\(errors)")
        #expect(output.isEmpty && errors.hasPrefix("debrief: "), "\(errors)")
        for words in [["--interval", "50ms"], ["--interval", "soon"], ["-n", "0"], ["-n", "many"]] {
            let wrong = try run([Run.binary, "top"] + words, environment: ["DEBRIEF_CONTROL": file])
            #expect(wrong.status == 64 && wrong.output.isEmpty, "\(wrong)")
        }
    }

    @Test("a terminal that cannot be drawn on gets lines, too")
    func dumb() throws {
        let control = try Stage.shared().deployment.controlSocket
        let words = (Account.debrief.prefix + ["env", "DEBRIEF_CONTROL=\(control)", Run.binary, "top", "--interval", "100ms"]).joined(separator: " ")
        let screen = try Screen(columns: 200, rows: 10, "TERM=dumb; export TERM; \(words)")
        try screen.see { $0.contains("state=running workers=") }
        #expect(try screen.state() == "cursor=1 other=0 wrap=1\n")
    }
}
