import Foundation
import Support
import Testing

/// An upgrade to a binary that is good, in which something else happens: whenever it does, one master remains, and it can be asked.
@Suite("The moment at which a new master takes over")
struct HandOverTests {
    /// Times from the USR2 on, spread over all that an upgrade takes: 50 ms until the signal is obeyed, and about 100 more.
    private static func moments() -> [UInt32] {
        var generator = SeededGenerator(seed: 20_261_124)
        return (0..<often(60, normally: 12)).map { _ in UInt32.random(in: 40_000..<180_000, using: &generator) }
    }

    /// Waits until one master is left that answers, at the paths that everybody knows, and that serves.
    private func expectOneMaster(_ site: Site, of started: Set<pid_t>, _ moment: UInt32) throws {
        try eventually(within: 30) { try site.deployment.command("status").status == 0 }
        let left = started.union([site.deployment.masterID]).filter { !hasEnded($0) }
        try eventually(within: 30) { left.filter { !hasEnded($0) }.count == 1 }
        #expect(try site.page().status == 200, "after \(moment) µs: \(site.deployment.log.suffix(2_000))")
        #expect(FileManager.default.fileExists(atPath: site.deployment.fastCGISocket))
    }

    @Test("leaves one, where a HUP or a WINCH calls the upgrade off just then", arguments: [SIGHUP, SIGWINCH])
    func calledOff(signal: CInt) throws {
        let site = try Site()
        for moment in Self.moments() {
            let old = site.deployment.masterID
            kill(old, SIGUSR2)
            usleep(moment)
            let started = Set(children(of: old).filter { name(of: $0) == "debrief-master" })
            kill(old, signal)
            // The way back from a WINCH; a new master has been given no such signal, and serves.
            if signal == SIGWINCH {
                usleep(100_000)
                kill(old, SIGHUP)
            }
            try expectOneMaster(site, of: started.union([old]), moment)
        }
    }

    @Test("leaves one, where the old master is killed just then")
    func orphaned() throws {
        let site = try Site()
        for moment in Self.moments() {
            let old = site.deployment.masterID
            kill(old, SIGUSR2)
            // Not before there is a new one: nobody would be left.
            var new: pid_t?
            try eventually(within: 30) {
                new = children(of: old).first { name(of: $0) == "debrief-master" || name(of: $0) == "debrief" }
                return new != nil || hasEnded(old)
            }
            usleep(moment / 2)
            kill(old, SIGKILL)
            try expectOneMaster(site, of: [old], moment)
        }
    }

    @Test("is no more, once a master was told to stop: it starts none, and one that was given up does not outlive it")
    func stopping() throws {
        let site = try Site()
        try site.lockSessions()
        let request = try site.beginWaiting()
        let old = site.deployment.masterID
        site.deployment.master.send(SIGQUIT)
        try eventually(within: 30) { site.deployment.workers.count == 1 }
        site.deployment.master.send(SIGUSR2)
        site.deployment.master.send(SIGHUP)
        try eventually(within: 30) { site.logged("\"signal\":\"HUP\"") > 0 }
        usleep(200_000)
        #expect(children(of: old).filter { name(of: $0) == "debrief-master" } == [])
        try site.unlockSessions()
        #expect(request.response().status == 200)
        #expect(site.deployment.master.wait() == 0)

        let program = "\(site.deployment.folder)/program"
        try Executable.write("#!/bin/sh\ntrap '' QUIT TERM\nwhile :; do sleep 1; done\n", to: program)
        try site.deployment.startMaster()
        try eventually(within: 30) { try site.deployment.command("status").status == 0 }
        try site.deployment.install(program)
        site.deployment.master.send(SIGUSR2)
        var hung: pid_t?
        try eventually(within: 30) {
            hung = children(of: site.deployment.master.pid).first { name(of: $0) == "program" || name(of: $0) == "debrief" }
            return hung != nil
        }
        site.deployment.master.send(SIGTERM)
        #expect(site.deployment.master.wait() == 0)
        #expect(hasEnded(try #require(hung)))
    }

    @Test("takes the paths again and again, where they cannot be taken, and serves meanwhile")
    func blocked() throws {
        let site = try Site()
        let folder = site.deployment.folder
        // The name under which the pid file is written.
        try FileManager.default.createDirectory(atPath: "\(folder)/.debrief.pid.new", withIntermediateDirectories: false)
        #expect(try site.deployment.command("upgrade").status == 0)
        #expect(try site.deployment.command("status").status == 0)
        #expect(try site.page().status == 200)
        try FileManager.default.removeItem(atPath: "\(folder)/.debrief.pid.new")
        #expect(try site.deployment.command("upgrade").status == 0)
        #expect(try site.deployment.command("status").status == 0)
        #expect(site.logged("cannot write debrief.pid") == 1)
    }
}
