import Foundation
import Support
import Testing

@Suite("A full disk", .enabled(if: SmallDisk.isPossible))
struct FullDiskTests {
    @Test("below the log costs no caller anything; what is lost is counted, and lines are whole again as soon as there is room")
    func log() throws {
        let disk = try SmallDisk(kilobytes: 256, for: .debrief)
        let site = try Site(workers: 2, settings: ["DEBRIEF_LOG": "\(disk.path)/debrief.log"])
        let load = try Load(site)
        try load.serve(50)
        for _ in 0..<often(20, normally: 2) {
            try disk.fill()
            let before = try failures(site)
            try load.serve(200)
            try eventually { try failures(site) > before + 100 }
            try disk.free()
            // Of what is written from now on.
            let size = try text(disk).utf8.count
            try load.serve(50)
            let added = try text(disk).dropFirst(size).split(separator: "\n").dropFirst().dropLast()
            #expect(added.count > 5)
            #expect(added.allSatisfy { JSONValue(parsing: Array($0.utf8))?["time"] != nil })
            // As logrotate does.
            truncate("\(disk.path)/debrief.log", 0)
        }
        let tally = try load.expectNoFailure()
        Run.report("host faults: \(Int(try failures(site))) log lines had no room, \(tally.failed) of \(tally.count) requests failed")
    }

    private func failures(_ site: Site) throws -> Double {
        try OpenMetrics(site.ask("/metrics").text).samples["debrief_log_write_failures_total"] ?? 0
    }

    private func text(_ disk: SmallDisk) throws -> String { try String(contentsOfFile: "\(disk.path)/debrief.log", encoding: .utf8) }

    @Test("below nginx's temporary files cuts a long list for a slow reader, so that he notices, and no other; or it is whole")
    func temporaryFiles() throws {
        // One, so that the next answer comes when the list has been taken from him, by nginx or not at all.
        let site = try Site(workers: 1)
        let count = often(100_000, normally: 20_000)
        try site.database.sql(
            """
            insert into users (tenant_id, full_name, email, role)
            select $1::uuid, 'User ' || number || repeat(' and so on', 20), 'x', 'rep' from generate_series(1, $2::int) as number
            """,
            site.database.demoTenant(),
            "\(count)"
        )
        let right = try site.client.get("users", token: site.token)
        #expect(right.isWhole && right.body.count > count * 250)
        let disk = try SmallDisk(kilobytes: 1_024, for: .nginx, at: "\(site.deployment.folder)/nginx/fastcgi")
        var (cut, whole, other) = (0, 0, 0)
        for _ in 0..<often(10, normally: 2) {
            let slow = try site.client.begin("users", token: site.token)
            let first = slow.receive() ?? []
            #expect(try site.page().status == 200)
            let response = Client.Response(parsing: first + slow.receiveAll(seconds: 40), isHead: false)
            if response.isWhole {
                whole += 1
                if response.status != 200 || response.body != right.body { other += 1 }
            } else {
                cut += 1
                #expect(right.body.starts(with: response.body))
            }
            #expect(other == 0)
            // nginx has taken its file away.
            try eventually { try run(["/usr/bin/find", disk.path, "-type", "f"]).output.isEmpty }
        }
        #expect(cut > 0)
        // It is the caller who was not there for the rest, as far as a worker knows.
        #expect(site.entries().count { $0["endpoint"]?.string == "list_users" && $0["status"]?.number == 499 } == cut)
        #expect(try site.page().status == 200)
        _ = consume disk
        try eventually(within: 20) {
            let slow = try site.client.begin("users", token: site.token)
            let first = slow.receive() ?? []
            #expect(try site.page().status == 200)
            let response = Client.Response(parsing: first + slow.receiveAll(seconds: 40), isHead: false)
            return response.isWhole && response.body == right.body
        }
        #expect(site.deployment.unexpectedLogLines() == [])
        Run.report("host faults: \(cut + whole) long lists on a full disk: \(cut) cut, \(whole) ended as whole, \(other) of these were not")
    }

    @Test("below the control socket refuses a scale that could not be kept, leaves the workers and the old scale, and lets all else go on")
    func keptScale() throws {
        let disk = try SmallDisk(kilobytes: 64, for: .debrief)
        let site = try Site(workers: 2, settings: ["DEBRIEF_CONTROL": "\(disk.path)/control.sock"])
        let right = try site.page().body
        let ask = { (words: String) in try site.deployment.command(words.split(separator: " ").map(String.init)) }
        #expect(try ask("scale 3").status == 0)
        try disk.fill()
        let workers = site.deployment.workers
        var (refused, changed) = (0, 0)
        for _ in 0..<often(50, normally: 3) {
            let (status, output, errors) = try ask("scale 5")
            if status == 1 { refused += 1 }
            #expect(status == 1 && output.isEmpty)
            #expect(errors == "debrief: cannot scale: it cannot be kept beside \(disk.path)/control.sock: No space left on device\n")
            let kept = try String(contentsOfFile: "\(disk.path)/scale", encoding: .utf8)
            if site.deployment.workers != workers || kept != "3\n" { changed += 1 }
            #expect(changed == 0, "\(kept)")
            // Nothing of the attempt is left.
            #expect(try !FileManager.default.contentsOfDirectory(atPath: disk.path).contains { $0.hasSuffix(".new") })
        }
        #expect(try ask("status").status == 0)
        #expect(try ask("reload").status == 0)
        #expect(try site.page().body == right)
        try disk.free()
        #expect(try ask("scale 4").status == 0)
        #expect(site.deployment.workers.count == 4)
        #expect(try String(contentsOfFile: "\(disk.path)/scale", encoding: .utf8) == "4\n")
        #expect(site.deployment.unexpectedLogLines(expected: ["No space left on device"]) == [])
        Run.report("host faults: \(refused) scales had no room to be kept and were refused, \(changed) changed the pool or what was kept")
    }

    @Test("at the start hides the process id from scripts, which is said, and keeps nobody from being served")
    func start() throws {
        let disk = try SmallDisk(kilobytes: 64, for: .debrief)
        try disk.fill()
        let site = try Site(workers: 2, settings: ["DEBRIEF_CONTROL": "\(disk.path)/control.sock"])
        #expect(try site.page().status == 200)
        #expect(site.logged("cannot write debrief.pid") == 1 && site.logged("No space left on device") == 1)
        #expect(!FileManager.default.fileExists(atPath: "\(disk.path)/debrief.pid"))
        #expect(try site.deployment.command("stop").status == 0)
        #expect(site.deployment.master.wait() == 0)
    }
}
