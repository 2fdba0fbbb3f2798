import Foundation
import Support
import Testing

@Suite("Progress of long work")
struct ProgressTests {
    /// A database with sessions in each of so many months.
    private static func database(months: Int) throws -> Support.Database {
        let database = try Cluster.shared.get().makeDatabase(demo: false)
        let tenant = try Tenant(database)
        let (user, scenario) = (try tenant.addUser(), try tenant.addScenario())
        for month in 0..<months {
            try tenant.addSession(user: user, scenario: scenario, startedAt: "\(2020 + month / 12)-\(month % 12 + 1)-05T17:00:00Z")
        }
        return database
    }

    /// Runs a command of a shell in a terminal so many columns wide, all that it writes taken down.
    private static func inTerminal(_ command: String, columns: Int, environment: [String: String]) throws -> (status: Int32?, output: String) {
        let words = ["/usr/bin/script", "-qec", "stty cols \(columns); \(command)", "/dev/null"]
        let (status, output, _) = try run(words, environment: environment.merging(["TERM": "xterm", "SHELL": "/bin/bash"]) { $1 })
        return (status, output)
    }

    @Test("a terminal shows summary's bar in one line, never as wide as it is, and an empty one at the end", arguments: [20, 40, 100])
    func bar(columns: Int) throws {
        let database = try Self.database(months: 20)
        let environment = ["DEBRIEF_ADMIN_DATABASE": database.conninfo(user: "postgres")]
        let (status, output) = try Self.inTerminal("\(Run.binary) summary verify", columns: columns, environment: environment)
        #expect(status == 0)
        let end = "\r\u{1B}[Kverified: 1 tenant, 20 sessions, no difference\r\n"
        #expect(output.hasSuffix(end), "\(output.debugDescription)")
        let frames = output.dropLast(end.unicodeScalars.count - 1).split(separator: "\u{1B}[K").map { $0.trimmingPrefix("\r") }
        #expect(frames.count >= 10)
        for frame in frames { #expect(frame.hasPrefix("summary ") && frame.count < columns && !frame.contains("\n"), "\(frame)") }
        #expect(frames.first?.hasPrefix("summary  0 %") == true)
        #expect((frames.last?.contains("[|||") == true) == (columns >= 40))
        #expect((frames.last?.contains("tenant 1 of 1") == true) == (columns >= 40))
    }

    @Test("work that is soon over says nothing in a pipe, and long work a line now and then")
    func pipe() throws {
        let database = try Self.database(months: 20)
        let began = Date()
        let short = try database.debrief(["summary", "verify"])
        #expect((short.status, short.output) == (0, "verified: 1 tenant, 20 sessions, no difference\n"))
        #expect(short.errors.isEmpty || Date().timeIntervalSince(began) > 3)
        // Held up at its first month, until it counts as long.
        let holder = try database.another()
        try holder.script("begin; lock table session_deltas in access exclusive mode")
        let waiting = "select count(*) from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'"
        let released = Background {
            try eventually(within: 30) { try database.value(waiting) == "1" }
            let began = Date()
            try eventually { Date().timeIntervalSince(began) > 3.2 }
            try holder.script("commit")
        }
        let (status, output, errors) = try database.debrief(["summary", "rebuild"])
        try released.value()
        #expect(status == 0)
        #expect(output == "rebuilt: 1 tenant, 20 sessions, 0 hours corrected\n")
        // The rest is done in no time, or there is a second one, three seconds later.
        #expect(errors.prefixMatch(of: /summary: [0-9]+ %, tenant 1 of 1, [0-9]+ s, [0-9]+ s left\n/) != nil, "\(errors)")
        #expect(errors.split(separator: "\n").count <= 2, "\(errors)")
    }

    @Test("migrate up says each file in a line with its time; a terminal shows the one that runs until it is done")
    func migrations() throws {
        let folder = try MigrationFolder(["0001_a.sql": "create table a (); select pg_sleep(0.2)", "0002_b.sql": "create table b ()"])
        let piped = try Cluster.shared.get().makeEmptyDatabase().migrate(folder)
        #expect(piped.errors.isEmpty)
        #expect(untimed(piped.output) == "applied 0001_a.sql\napplied 0002_b.sql\nup to date: 2 of 2 migrations applied now\n")
        let times = piped.output.matches(of: #/ in ([0-9.]+) (ms|s)\n/#).map { (Double($0.1) ?? 0) * ($0.2 == "s" ? 1_000 : 1) }
        #expect(times.count == 2 && times[0] >= 200, "\(piped.output)")

        let environment = ["DEBRIEF_ADMIN_DATABASE": try Cluster.shared.get().makeEmptyDatabase().conninfo(user: "postgres")]
        let words = "\(Run.binary) migrate up --folder \(folder.path)"
        let (status, output) = try Self.inTerminal(words, columns: 80, environment: environment)
        #expect(status == 0)
        let file = { (name: String) in "\rapplying \(name)\u{1B}[K\r\u{1B}[Kapplied \(name)\r\n" }
        let plain = output.replacing(/(applied [^ \r\n]+) in [0-9]+( ms|\.[0-9] s)/) { "\($0.1)" }
        #expect(plain == file("0001_a.sql") + file("0002_b.sql") + "up to date: 2 of 2 migrations applied now\r\n", "\(output.debugDescription)")
    }

    /// As `scripts/bench` goes through its steps.
    private static let benchSteps = """
        set -euo pipefail; . '\(Run.repository)/scripts/bench.d/progress.bash'; begin_progress 40
        for ((i = 1; i <= 40; i++)); do progress "round 1 of 1: page, $i clients, debrief"; done; end_progress; echo over
        """

    @Test("a bench writes a line for each tenth into a pipe, and a bar within the width on a terminal", arguments: [30, 80, 132])
    func bench(columns: Int) throws {
        let piped = try run(["/bin/bash", "-c", Self.benchSteps])
        #expect(piped.status == 0 && piped.output == "over\n")
        let lines = piped.errors.split(separator: "\n")
        #expect(lines.count == 10 && lines.first?.hasPrefix("0 %: round 1 of 1: page, 1 clients, debrief, 0 min ") == true, "\(piped.errors)")
        #expect(lines.last?.hasPrefix("90 %: ") == true)

        let file = "\(Run.makeFolder("bench", for: .invoker))/steps"
        try Self.benchSteps.write(toFile: file, atomically: false, encoding: .utf8)
        let (status, output) = try Self.inTerminal("bash \(file)", columns: columns, environment: [:])
        #expect(status == 0)
        let frames = output.split(separator: "\r\u{1B}[K")
        #expect(frames.count == 41 && frames.last == "over\r\n", "\(output.debugDescription)")
        for frame in frames.dropLast() { #expect(frame.count < columns && frame.contains(" % "), "\(frame)") }
        #expect(frames.dropLast().contains { $0.contains("[||") } == (columns >= 80))
    }
}
