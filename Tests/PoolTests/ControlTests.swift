import Foundation
import Support
import Testing

@Suite("Commands to a running pool")
struct ControlTests {
    /// Runs a command against a pool.
    private static func debrief(_ words: String..., at site: Site) throws -> (status: Int32?, output: String, errors: String) {
        try run([Run.binary] + words, environment: ["DEBRIEF_CONTROL": "\(site.deployment.folder)/control.sock"])
    }

    /// The workers, by their ids.
    private static func workers(of site: Site) throws -> Set<Int> {
        let status = try debrief("status", "--json", at: site)
        let workers = JSONValue(parsing: Array(status.output.utf8))?["workers"]?.array ?? []
        return Set(workers.compactMap { $0["pid"]?.number.map { Int($0) } })
    }

    @Test("status exits with 0 and tells people and programs of each worker")
    func status() throws {
        let site = try Site(workers: 3)
        let words = try Self.debrief("status", at: site)
        #expect(words.status == 0)
        #expect(words.output.contains("\(site.deployment.master.pid)"))
        let json = try Self.debrief("status", "--json", at: site)
        #expect(json.status == 0)
        #expect(lines(json.output).count == 1)
        let workers = try #require(JSONValue(parsing: Array(json.output.utf8))?["workers"]?.array)
        #expect(workers.count == 3)
        for worker in workers {
            let pid = try #require(worker["pid"]?.number)
            #expect(words.output.contains("\(Int(pid))"))
            #expect(site.deployment.workers.contains(pid_t(pid)))
            #expect(worker["state"]?.string != nil)
            #expect(worker["requests"]?.number != nil)
            #expect(worker["started_at"]?.string?.hasSuffix("Z") == true)
        }
    }

    @Test("scale returns when there are as many workers, and loses no request")
    func scale() throws {
        let site = try Site(workers: 2)
        let load = try Load(site)
        for (text, count) in [("4", 4), ("1", 1), ("3", 3), ("default", 2)] {
            let scaled = try Self.debrief("scale", text, at: site)
            #expect(scaled.status == 0, "\(scaled.errors)")
            #expect(scaled.errors.isEmpty)
            #expect(try scaled.output.firstMatch(of: Regex("^scaled: \(count) workers? in [0-9]+ ms.*\n$")) != nil, "\(scaled.output)")
            #expect(try Self.workers(of: site).count == count)
        }
        let before = load.count(200)
        try eventually { load.count(200) > before }
        let tally = try load.stop()
        #expect(tally.statuses.keys.sorted() == [200])
        #expect(tally.wrong.isEmpty)
        #expect(site.deployment.unexpectedLogLines().isEmpty)
    }

    @Test("scale outlives a reload and a restart, until default, and the log says each time that it wins over DEBRIEF_WORKERS")
    func keptScale() throws {
        let site = try Site(workers: 2)
        func notes() -> [JSONValue] { site.entries().filter { $0["message"]?.string?.hasPrefix("the kept scale wins over DEBRIEF_WORKERS") == true } }
        #expect(try Self.debrief("scale", "3", at: site).status == 0)
        #expect(try Self.debrief("reload", at: site).status == 0)
        #expect(try Self.workers(of: site).count == 3)
        try eventually { notes().count == 1 }
        #expect(try Self.debrief("stop", at: site).status == 0)
        try site.deployment.startMaster()
        try eventually { try Self.workers(of: site).count == 3 && notes().count == 2 }
        #expect(notes().allSatisfy { $0["scale"]?.string == "3" && $0["workers"]?.string == "2" })
        #expect(try Self.debrief("scale", "default", at: site).status == 0)
        #expect(try Self.workers(of: site).count == 2)
        #expect(try Self.debrief("stop", at: site).status == 0)
        try site.deployment.startMaster()
        try eventually { try Self.workers(of: site).count == 2 }
        #expect(notes().count == 2)
    }

    @Test("reload returns when there are new workers alone, says so in a line, and loses no request")
    func reload() throws {
        let site = try Site(workers: 2)
        let load = try Load(site)
        let old = try Self.workers(of: site)
        let reloaded = try Self.debrief("reload", at: site)
        #expect(reloaded.status == 0, "\(reloaded.errors)")
        #expect(
            try reloaded.output.wholeMatch(of: Regex("reloaded: 2 of 2 new workers ready in [0-9]+ ms, [0-9]+ requests? finished on the old\n"))
                != nil,
            "\(reloaded.output)"
        )
        let new = try Self.workers(of: site)
        #expect(new.count == 2)
        #expect(new.isDisjoint(with: old))
        #expect(old.allSatisfy { hasEnded(pid_t($0)) })
        let tally = try load.stop()
        #expect(tally.statuses.keys.sorted() == [200])
        #expect(tally.wrong.isEmpty)
    }

    @Test("two who ask for a reload at once are both answered, and the request in flight is finished")
    func reloadTwice() throws {
        let site = try Site(workers: 2)
        let right = try site.page().body
        try site.lockSessions()
        let request = try site.beginWaiting()
        let asked = (0..<2).map { _ in Background { try Self.debrief("reload", at: site) } }
        try eventually { site.deployment.log.ranges(of: #""command":"reload""#).count == 2 }
        try site.unlockSessions()
        #expect(request.response().body == right)
        for one in asked { #expect(try one.value().status == 0) }
    }

    @Test("settings that make no sense at a reload: it exits with 1 and the reason, and the old workers serve on")
    func badSettings() throws {
        let site = try Site()
        #expect(try Self.debrief("stop", at: site).status == 0)
        let file = "\(Run.makeFolder("conf", for: .debrief))/debrief.conf"
        let good = """
            DEBRIEF_DATABASE=\(site.database.conninfo(user: "debrief_api"))
            DEBRIEF_LISTEN=\(site.deployment.fastCGISocket)
            DEBRIEF_CONTROL=\(site.deployment.folder)/control.sock
            DEBRIEF_WORKERS=2

            """
        try Deployment.write(settings: good, to: file)
        let master = try ChildProcess([Run.binary, "serve", "--config", file], as: .debrief, output: "\(file).out")
        try eventually { try Self.workers(of: site).count == 2 }
        let old = try Self.workers(of: site)
        try Deployment.write(settings: good + "DEBRIEF_SLOW=soon\n", to: file)
        // The command goes by the same file, and needs no more of it than where the master is.
        let reloaded = try run([Run.binary, "reload", "--config", file])
        #expect(try run([Run.binary, "status", "--config", file]).status == 0)
        #expect(reloaded.status == 1)
        #expect(reloaded.output.isEmpty)
        #expect(lines(reloaded.errors).count == 1)
        #expect(reloaded.errors.hasPrefix("debrief: ") && reloaded.errors.contains("\(file):5: DEBRIEF_SLOW is \"soon\""), "\(reloaded.errors)")
        #expect(try Self.workers(of: site) == old)
        #expect(try site.page().status == 200)
        #expect(!master.hasEnded)
        try good.write(toFile: file, atomically: false, encoding: .utf8)
        #expect(try Self.debrief("reload", at: site).status == 0)
        #expect(try Self.workers(of: site).isDisjoint(with: old))
    }

    @Test("stop returns when the master is gone, after the request in flight, and says so")
    func stop() throws {
        let site = try Site(workers: 2)
        let right = try site.page().body
        let workers = site.deployment.workers
        try site.lockSessions()
        let request = try site.beginWaiting()
        let asked = Background { try Self.debrief("stop", at: site) }
        try eventually { workers.filter { !hasEnded($0) }.count == 1 }
        #expect(!site.deployment.master.hasEnded)
        try site.unlockSessions()
        #expect(request.response().body == right)
        let stopped = try asked.value()
        #expect(stopped.status == 0, "\(stopped.errors)")
        #expect(
            try stopped.output.wholeMatch(of: Regex("stopped: 2 workers ended in [0-9]+ ms, 1 request finished first\n")) != nil,
            "\(stopped.output)"
        )
        #expect(site.deployment.master.wait(seconds: 1) == 0)
        #expect(try Self.debrief("status", at: site).status == 3)
    }

    @Test("a master that is killed leaves nobody waiting: the command exits with 1")
    func killedMaster() throws {
        let site = try Site(workers: 2)
        try site.lockSessions()
        let request = try site.beginWaiting()
        let asked = Background { try Self.debrief("stop", at: site) }
        try eventually { site.deployment.workers.count < 2 || site.deployment.log.contains("\"command\":\"stop\"") }
        site.deployment.master.send(SIGKILL)
        let stopped = try asked.value(seconds: 5)
        #expect(stopped.status == 1)
        #expect(stopped.errors == "debrief: the master ended before it answered, or takes nothing of this account; its log says why\n")
        try site.unlockSessions()
        _ = request.response()
    }
}
