import Foundation
import Support
import Testing

@Suite("A signal to the master")
struct SignalTests {
    @Test("TTIN is a worker more and TTOU one fewer, until the next HUP; 50 at once are one; and the last worker stays")
    func steps() throws {
        let site = try Site()
        let load = try Load(site)
        let master = site.deployment.master
        master.send(SIGTTIN)
        try site.waitForWorkers(3)
        try expectOneStep(SIGTTIN, site)
        while site.deployment.workers.count > 1 { try expectOneStep(SIGTTOU, site) }
        master.send(SIGTTOU)
        try expectStill(1, site)
        master.send(SIGHUP)
        try site.waitForWorkers(2)
        try load.expectNoFailure()
    }

    /// Fifty signals do what one does.
    private func expectOneStep(_ signal: CInt, _ site: Site) throws {
        let before = site.deployment.workers.count
        let most = sendOften(signal, to: site)
        try eventually(within: 30) { site.deployment.workers.count != before }
        try expectStill(signal == SIGTTIN ? before + 1...before + most : before - most...before - 1, site)
    }

    /// A reload has come and gone, by command, and nothing else that was under way.
    private func expectStill(_ count: Int, _ site: Site, location: SourceLocation = #_sourceLocation) throws {
        try expectStill(count...count, site, location: location)
    }

    private func expectStill(_ counts: ClosedRange<Int>, _ site: Site, location: SourceLocation = #_sourceLocation) throws {
        // A signal waits 50 ms for more of its kind, and a worker is there some milliseconds later.
        let end = Date().addingTimeInterval(0.3)
        try eventually(within: 30) { Date() > end || !counts.contains(site.deployment.workers.count) }
        #expect(counts.contains(site.deployment.workers.count), sourceLocation: location)
    }

    @Test("WINCH ends the workers and not the master, and HUP brings them back")
    func rest() throws {
        let site = try Site()
        let old = site.deployment.workers
        site.deployment.master.send(SIGWINCH)
        try site.waitForWorkers(0)
        #expect(!site.deployment.master.hasEnded)
        #expect(try site.ask(.scale(3...3)).status == 1)
        // The socket is open still: who asks now waits, and is served.
        let request = try site.client.begin("sessions?limit=1", token: site.token)
        site.deployment.master.send(SIGHUP)
        try site.waitForWorkers(2)
        #expect(request.response().status == 200)
        #expect(Set(site.deployment.workers).isDisjoint(with: old))
        try expectStill(2, site)
    }

    @Test("HUP right behind WINCH brings the workers back, though the kernel does not tell which came first", arguments: 0..<6)
    func restAndBack(number: Int) throws {
        let site = try Site()
        let (master, old) = (site.deployment.master, site.deployment.workers)
        // Behind another HUP, that waits for more of its kind, or without one.
        if number.isMultiple(of: 2) {
            master.send(SIGHUP)
            try eventually { site.logged("\"signal\":\"HUP\"") == 1 }
        }
        // Both wait together.
        for signal in [SIGSTOP, SIGWINCH, SIGHUP, SIGCONT] { master.send(signal) }
        try eventually(within: 30) { old.allSatisfy(hasEnded) }
        try site.waitForWorkers(2)
    }

    /// Sends a signal many times, and not all in one turn of the kernel, which would merge them.
    ///
    /// - Returns: for how many the master may take them: one, unless this thread was kept from sending for as long as a signal waits for more.
    @discardableResult
    private func sendOften(_ signal: CInt, to site: Site) -> Int {
        let clock = ContinuousClock()
        let began = clock.now
        for number in 1...50 {
            site.deployment.master.send(signal)
            // Asleep, it would have to wait for its turn on a busy machine.
            while began.duration(to: clock.now) < .microseconds(200) * number {}
        }
        return 1 + Int(began.duration(to: clock.now) / .milliseconds(40))
    }

    @Test("USR1 50 times at once opens the log anew once or twice, and WINCH rests once: the request in flight is finished, the master stays")
    func burst() throws {
        let site = try Site()
        let workers = site.deployment.workers
        let mostUSR1 = sendOften(SIGUSR1, to: site)
        try eventually(within: 30) { site.logged("the log was opened anew") > 0 }
        try expectStill(2, site)
        #expect((1...mostUSR1 + 1).contains(site.logged("the log was opened anew")))
        #expect(site.deployment.workers == workers)

        try site.lockSessions()
        let request = try site.beginWaiting()
        let mostWINCH = sendOften(SIGWINCH, to: site)
        try site.waitForWorkers(1)
        try expectStill(1, site)
        try site.unlockSessions()
        #expect(request.response().status == 200)
        try site.waitForWorkers(0)
        #expect((1...mostWINCH + 1).contains(site.logged("\"signal\":\"WINCH\"")))
        #expect(!site.deployment.master.hasEnded)
        site.deployment.master.send(SIGHUP)
        try site.waitForWorkers(2)
        try expectStill(2, site)
        #expect(try site.page().status == 200)
    }

    @Test("QUIT 50 times at once is as patient as one: the request in flight is finished")
    func quitOften() throws {
        let site = try Site()
        try site.lockSessions()
        let request = try site.beginWaiting()
        sendOften(SIGQUIT, to: site)
        try site.waitForWorkers(1)
        try expectStill(1, site)
        #expect(!site.deployment.master.hasEnded)
        try site.unlockSessions()
        let response = request.response()
        #expect(response.status == 200 && response.isWhole, "\(response.text)")
        #expect(site.deployment.master.wait() == 0)
        #expect(site.entries().count { $0["by"]?.string == "the master: stop" && $0["cause"]?.string == "exit 0" } == 2)
    }

    @Test("WINCH is ignored where standard input is a terminal, which sends it when its size changes")
    func terminal() throws {
        let site = try Site()
        site.deployment.master.send(SIGTERM)
        #expect(site.deployment.master.wait() == 0)
        // script(1) gives the command a terminal; the master is its child's.
        let quoted = "'\(site.deployment.binary)' serve --config '\(site.deployment.folder)/settings'"
        let terminal = try ChildProcess(
            ["/usr/bin/script", "-qefc", "exec \(quoted)", "/dev/null"],
            as: .debrief,
            output: "\(site.deployment.folder)/terminal.log"
        )
        defer { terminal.send(SIGTERM) }
        try eventually(within: 30) { try site.page().status == 200 }
        let master = site.deployment.masterID
        let workers = site.deployment.workers
        #expect(workers.count == 2)
        kill(master, SIGWINCH)
        try eventually(within: 30) { site.deployment.log.contains("WINCH came from a terminal and is ignored") }
        try expectStill(2, site)
        #expect(site.deployment.workers == workers)
    }

    @Test("USR1 has master and workers write to a new file where the old one was moved away")
    func reopenLog() throws {
        let folder = Run.makeFolder("log", for: .debrief)
        let path = "\(folder)/debrief.log"
        let site = try Site(settings: ["DEBRIEF_LOG": path])
        let load = try Load(site)
        try load.serve(20)
        try FileManager.default.moveItem(atPath: path, toPath: "\(path).1")
        site.deployment.master.send(SIGUSR1)
        try eventually(within: 30) { FileManager.default.fileExists(atPath: path) }
        let workers = site.deployment.workers
        try eventually(within: 30) {
            let text = (try? String(contentsOfFile: path, encoding: .utf8)) ?? ""
            return workers.allSatisfy { text.contains("\"worker\":\"\($0)\"") || text.contains("\"worker\":\($0)") }
        }
        // Nobody writes to the old one any more.
        let size = try FileManager.default.attributesOfItem(atPath: "\(path).1")[.size] as? Int
        try load.serve(50)
        #expect(try FileManager.default.attributesOfItem(atPath: "\(path).1")[.size] as? Int == size)
        try load.expectNoFailure()
    }

    @Test("USR2 replaces the master by a new one, and all workers with it")
    func upgrade() throws {
        let site = try Site()
        let load = try Load(site)
        let (old, workers) = (site.deployment.masterID, site.deployment.workers)
        site.deployment.master.send(SIGUSR2)
        #expect(site.deployment.master.wait(seconds: 30) == 0)
        #expect(site.deployment.masterID != old && site.deployment.workers.count == 2)
        #expect(Set(site.deployment.workers).isDisjoint(with: workers))
        try load.expectNoFailure()
    }

    @Test("TERM in the middle of a reload ends all, new workers and old", arguments: [SIGTERM, SIGQUIT])
    func stopDuringReload(signal: CInt) throws {
        for milliseconds in 0..<often(40, normally: 6) {
            let site = try Site(workers: 4)
            let master = site.deployment.master
            let reload = Background { try? site.ask(.reload) }
            usleep(UInt32(milliseconds * 120 / often(40, normally: 6)) * 1_000)
            let all = children(of: master.pid)
            master.send(signal)
            #expect(master.wait() == 0)
            // The operator's process and a check of the database have been killed, but are not waited for.
            try eventually(within: 1) { all.allSatisfy(hasEnded) }
            // It is told how it went, or that there is nobody any more.
            _ = try reload.value()
            try eventually { children(of: master.pid).isEmpty }
            #expect(!FileManager.default.fileExists(atPath: site.deployment.fastCGISocket))
        }
    }
}
