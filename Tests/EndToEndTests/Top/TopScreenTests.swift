import Foundation
import Support
import Testing

@Suite("top on a terminal")
struct TopScreenTests {
    /// What a shell runs to look at a pool, as the account that may.
    private static func command(_ control: String) -> String {
        (Account.debrief.prefix + ["env", "DEBRIEF_CONTROL=\(control)", Run.binary, "top", "--interval", "200ms"]).joined(separator: " ")
    }

    /// A terminal in which a shell has said something, and runs it; then it says how it ended.
    private static func screen(_ control: String, columns: Int = 100, rows: Int = 24, environment: [String: String] = [:]) throws -> Screen {
        let script = """
            echo said before; stty -g >"$F/before"
            sh -c 'echo $$ >"$0/pid"; exec "$@"' "$F" \(command(control)) 2>"$F/errors"
            echo $? >"$F/status.new"; stty -g >"$F/after"; mv "$F/status.new" "$F/status"; echo said after; exec sleep 600
            """
        return try Screen(columns: columns, rows: rows, environment: environment, script)
    }

    /// The process of top.
    private static func pid(_ screen: Screen) throws -> pid_t {
        try #require(screen.file("pid").flatMap { pid_t($0.trimmingCharacters(in: .newlines)) })
    }

    @Test("it shows the workers and what they do under load, at any size down to 40x10, and heeds its keys")
    func picture() throws {
        let database = try Cluster.shared.get().makeDatabase()
        let deployment = try Deployment(database, workers: 3)
        let callers = Callers(deployment.client, token: try database.makeToken(tenant: database.demoTenant()))
        defer { callers.stop() }
        let screen = try Self.screen(deployment.controlSocket)
        // In an interval in which the machine stood still there are no quantiles, and from a second on they are no milliseconds.
        let text = try screen.see { text in
            text.contains(/requests [0-9.]+\/s/) && text.contains(#/\nlist_sessions +[0-9.]*[1-9][0-9.]* /#) && text.contains("\nlist_users ")
                && text.contains(/p50 [0-9.]+ ms  p95 [0-9.]+ ms  p99 [0-9.]+ ms/) && text.contains(/slowest  list_(sessions|users) p99 [0-9.]+ ms/)
        }
        #expect(text.hasPrefix("Debrief "))
        #expect(text.contains("running  up ") && text.contains("master \(deployment.masterID)"), "\(text)")
        #expect(text.contains(" of 3 busy") && text.contains("3 wanted") && text.contains("1024 limit"), "\(text)")
        let row = { (pid: pid_t) in try Regex("(?m)^ *\(pid) +1 +(idle|busy) +[0-9]+ +[0-9.]+ .* MB +(200|404|-) +(list_|-)") }
        for worker in deployment.workers { #expect(try text.contains(row(worker)), "\(text)") }
        #expect(try screen.state() == "cursor=0 other=1 wrap=0\n")

        try screen.type("?")
        try screen.see { $0.contains("Ctrl-C  quit") && !$0.contains("req/s  ") }
        try screen.type("?")
        try screen.see { $0.contains("at request") }
        try screen.type("Space")
        let paused = try screen.see { $0.contains("PAUSED") && $0.contains("at request") }
        try callers.serve(200)
        #expect(try screen.text() == paused)
        try screen.type("Space")
        try screen.see { !$0.contains("PAUSED") && $0 != paused }

        for (columns, rows) in [(40, 10), (132, 40), (61, 12), (100, 24)] {
            try screen.resize(columns: columns, rows: rows)
            // Until it is drawn anew, there is what tmux has made of the frame before.
            var lines: [String] = []
            try? eventually {
                lines = try screen.lines()
                return lines.count == rows && lines.allSatisfy { $0.count <= columns } && Self.isFrame(lines)
            }
            #expect(lines.count == rows && lines.allSatisfy { $0.count <= columns } && Self.isFrame(lines), "\(columns)x\(rows): \(lines)")
        }
        try screen.type("q")
        try eventually { screen.file("status") != nil }
        #expect(screen.file("status") == "0\n")
    }

    /// Whether it is one frame from its first line to its last, without rests of another.
    private static func isFrame(_ lines: [String]) -> Bool {
        let labels = lines.prefix(5).map { $0.prefix { $0 != " " } }
        return labels == ["Debrief", "workers", "queue", "requests", "slowest"] && lines.last?.hasPrefix("q quit") == true
            && lines.filter { $0.hasPrefix("Debrief") || $0.contains("q quit") }.count == 2
            && lines.filter { $0.hasPrefix("endpoint ") }.count == 1
            && lines.filter { $0.contains("list_sessions  ") && $0.contains(" ms") }.count >= 1
    }

    /// How it is ended, and what its shell then sees of it.
    private static let endings: [(name: String, keys: String?, signal: CInt?, status: String)] = [
        ("q", "q", nil, "0"), ("Ctrl-C", "C-c", nil, "0"), ("TERM", nil, SIGTERM, "143"), ("INT", nil, SIGINT, "130"), ("HUP", nil, SIGHUP, "129"),
    ]

    @Test("however it ends, the terminal is as it was: modes, cursor, screen and what stood there", arguments: endings.indices)
    func ends(_ index: Int) throws {
        let end = Self.endings[index]
        let screen = try Self.screen(Stage.shared().deployment.controlSocket, environment: index == 0 ? ["LC_ALL": "C", "NO_COLOR": "1"] : [:])
        try screen.see { $0.contains("at request") }
        #expect(try screen.state() == "cursor=0 other=1 wrap=0\n")
        #expect(try !screen.text().contains("said before"))
        if let keys = end.keys { try screen.type(keys) }
        if let signal = end.signal { kill(try Self.pid(screen), signal) }
        try screen.see { $0.contains("said after") }
        #expect(screen.file("status") == "\(end.status)\n")
        #expect(try screen.text().hasPrefix("said before\n"))
        #expect(try !screen.text().contains("Debrief "))
        #expect(try screen.state() == "cursor=1 other=0 wrap=1\n")
        #expect(screen.file("before") != nil && screen.file("before") == screen.file("after"))
        // A shell says of itself which signal it was.
        #expect(["", "Terminated\n", "Hangup\n"].contains(screen.file("errors")))
    }

    @Test("a pool that is killed is not running, and is shown again once it is back; a master that is stopped keeps no key waiting")
    func lost() throws {
        let deployment = try Deployment(try Cluster.shared.get().makeDatabase())
        let screen = try Self.screen(deployment.controlSocket, columns: 80, rows: 20)
        try screen.see { $0.contains("at request") }
        deployment.master.send(SIGKILL)
        try screen.see { $0.contains("not running") && !$0.contains("at request") }
        try deployment.startMaster()
        try screen.see(within: 30) { $0.contains("at request") && $0.contains("master \(deployment.masterID)") && !$0.contains("not running") }

        deployment.master.send(SIGSTOP)
        defer { deployment.master.send(SIGCONT) }
        try screen.see { $0.contains("no answer from the master for ") && $0.contains("at request") }
        try screen.type("?")
        try screen.see(within: 8) { $0.contains("Ctrl-C  quit") }
        try screen.type("q")
        try eventually(within: 8) { screen.file("status") != nil }
        #expect(screen.file("status") == "1\n")
        #expect(try screen.state() == "cursor=1 other=0 wrap=1\n")
    }

    @Test("Ctrl-Z gives the terminal back until it goes on; a terminal that is closed ends it")
    func suspended() throws {
        let control = try Stage.shared().deployment.controlSocket
        // With jobs, and words to bring it back.
        let script = """
            set -m; echo said before; stty -g >"$F/before"
            sh -c 'echo $$ >"$0/pid"; exec "$@"' "$F" \(Self.command(control))
            stty -g >"$F/after"; read word; fg >/dev/null; exec sleep 600
            """
        let screen = try Screen(columns: 80, rows: 20, script)
        try screen.see { $0.contains("at request") }
        try screen.type("C-z")
        try eventually { screen.file("after")?.isEmpty == false }
        #expect(screen.file("after") == screen.file("before"))
        try screen.see { $0.hasPrefix("said before\n") && !$0.contains("at request") }
        #expect(try screen.state() == "cursor=1 other=0 wrap=1\n")
        try screen.type("on", "Enter")
        try screen.see { $0.contains("at request") && !$0.contains("said before") }
        #expect(try screen.state() == "cursor=0 other=1 wrap=0\n")

        let pid = try Self.pid(screen)
        try screen.tmux("kill-server")
        try eventually { hasEnded(pid) }
    }

    @Test("colours are for terminals that have them, and for who wants them", arguments: [([:], true), (["NO_COLOR": "1"], false)])
    func colours(environment: [String: String], areWanted: Bool) throws {
        let screen = try Self.screen(Stage.shared().deployment.controlSocket, environment: environment)
        try screen.see { $0.contains("at request") }
        let sent = try screen.tmux("capture-pane", "-p", "-e").output
        #expect(sent.contains(/\u{1B}\[[0-9;]*3[0-7]/) == areWanted, "\(sent.debugDescription)")
    }
}
