import Foundation
import Support
import Testing

@Suite("The log")
struct LogTests {
    @Test("is opened anew by USR1, by master and workers alike, and nothing of it is lost")
    func reopened() throws {
        let site = try Site()
        let (workers, path) = (site.deployment.workers, site.deployment.logPath)
        let before = try String(contentsOfFile: path, encoding: .utf8)
        try FileManager.default.moveItem(atPath: path, toPath: "\(path).1")
        site.deployment.master.send(SIGUSR1)
        try eventually { FileManager.default.fileExists(atPath: path) }
        for worker in workers {
            // So that it is this one that answers.
            let others = workers.filter { $0 != worker }
            for other in others { kill(other, SIGSTOP) }
            try eventually(within: 30) {
                _ = try site.page()
                return site.entries().contains { $0["request_id"] != nil && $0["worker"]?.number == Double(worker) }
            }
            for other in others { kill(other, SIGCONT) }
        }
        #expect(try String(contentsOfFile: "\(path).1", encoding: .utf8).hasPrefix(before))
        #expect(site.deployment.workers == workers)
    }

    @Test("that cannot be opened anew stays the one it is, and says so")
    func notReopened() throws {
        let site = try Site(workers: 1)
        let path = site.deployment.logPath
        try FileManager.default.moveItem(atPath: path, toPath: "\(path).1")
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: false)
        kill(try #require(site.deployment.workers.first), SIGUSR1)
        let old = { try String(contentsOfFile: "\(path).1", encoding: .utf8) }
        try eventually { try old().contains("the log cannot be reopened") }
        _ = try site.client.get("users", token: site.token, fields: ["X-Request-Id: old"])
        try eventually { try old().contains(#""request_id":"old""#) }
        try FileManager.default.removeItem(atPath: path)
        kill(try #require(site.deployment.workers.first), SIGUSR1)
        try eventually { FileManager.default.fileExists(atPath: path) }
        _ = try site.client.get("users", token: site.token, fields: ["X-Request-Id: new"])
        #expect(try site.entry(ofRequest: "new")["worker"] != nil)
    }

    @Test("tells of each worker's end what caused it, and who wanted it")
    func ends() throws {
        let site = try Site(workers: 3, settings: ["DEBRIEF_STATEMENT_TIMEOUT": "900ms", "DEBRIEF_REQUEST_TIMEOUT": "1s"])
        let (killed, silent) = (site.deployment.workers[0], site.deployment.workers[1])
        kill(silent, SIGSTOP)
        kill(killed, SIGKILL)
        try expectEnd(of: killed, "signal 9, KILL", by: "nobody here", level: "warning", site)
        try expectEnd(of: silent, "signal 9, KILL", by: "the master: no sign of life", level: "warning", site)
        try site.waitForWorkers(3)

        let before = site.deployment.workers
        try site.tell(.reload)
        for worker in before { try expectEnd(of: worker, "exit 0", by: "the master: reload", level: "info", site) }
        let old = site.deployment.workers
        try site.tell(.scale(2...2))
        try site.waitForWorkers(2)
        let gone = try #require(old.first { !site.deployment.workers.contains($0) })
        try expectEnd(of: gone, "exit 0", by: "the master: scale", level: "info", site)
        #expect(site.entries().count { $0["message"]?.string == "a worker ended" } == 6)
    }

    private func expectEnd(
        of worker: pid_t,
        _ cause: String,
        by who: String,
        level: String,
        _ site: Site,
        location: SourceLocation = #_sourceLocation
    ) throws {
        var found: JSONValue?
        try eventually(within: 30) {
            found = site.entries().first { $0["message"]?.string == "a worker ended" && $0["worker"]?.number == Double(worker) }
            return found != nil
        }
        let entry = try #require(found, sourceLocation: location)
        let told = ["cause", "by", "level"].map { entry[$0]?.string }
        #expect(told == [cause, who, level], sourceLocation: location)
    }

    @Test("that is full, or that nobody may write, stops nothing", arguments: ["/dev/full", "/proc/version", "/nowhere/debrief.log"])
    func unwritable(path: String) throws {
        let site = try Site(settings: ["DEBRIEF_LOG": path])
        let workers = site.deployment.workers
        for _ in 0..<20 { #expect(try site.page().status == 200) }
        #expect(site.deployment.workers == workers)
        // What could not be opened is said where it can be.
        #expect(site.deployment.output.contains("cannot be opened") == (path != "/dev/full"))
        site.deployment.master.send(SIGQUIT)
        #expect(site.deployment.master.wait() == 0)
    }

    /// The pipe of one's own account, and one of another's, which cannot be opened anew.
    @Test("that goes to a pipe which nobody reads, and then not at all, stops nothing", arguments: [0o666, 0o600] as [mode_t])
    func pipe(mode: mode_t) throws {
        let path = "\(Run.makeFolder("pipe", for: .invoker))/out"
        #expect(mkfifo(path, 0o600) == 0 && chmod(path, mode) == 0)
        let reader = open(path, O_RDONLY | O_NONBLOCK)
        let writer = open(path, O_WRONLY | O_NONBLOCK)
        #expect(reader >= 0 && writer >= 0)
        let page = [UInt8](repeating: UInt8(ascii: "x"), count: 4_096)
        while write(writer, page, page.count) > 0 {}
        close(writer)

        let site = try Site(settings: ["DEBRIEF_LOG": ""], output: path)
        let workers = site.deployment.workers
        for _ in 0..<20 { #expect(try site.page().status == 200) }
        close(reader)
        for _ in 0..<20 { #expect(try site.page().status == 200) }
        #expect(site.deployment.workers == workers)
        site.deployment.master.send(SIGQUIT)
        #expect(site.deployment.master.wait() == 0)
    }
}
