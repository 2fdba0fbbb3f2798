import Foundation
import Support
import Testing

@Suite("An upgrade under load")
struct UpgradeTests {
    @Test("one after the other, each with a new master on the same socket, costs no caller anything and leaves nothing behind")
    func sequence() throws {
        let site = try Site()
        let load = try Load(site)
        let (inode, files) = (try site.listeningInode(), try folder(site))
        var descriptors = [site.descriptors(of: site.deployment.masterID).count]
        for _ in 0..<often(10, normally: 4) {
            let (old, oldWorkers) = (site.deployment.masterID, site.deployment.workers)
            let upgraded = try site.deployment.command("upgrade")
            #expect(upgraded.status == 0, "\(upgraded)")
            #expect(upgraded.output.hasPrefix("upgraded: 2 of 2 new workers ready in "), "\(upgraded)")
            // The answer is the last that a master does before it exits.
            try eventually(within: 2) { ([old] + oldWorkers).allSatisfy(hasEnded) }
            let new = site.deployment.masterID
            #expect(new != old && upgraded.output.contains("under the new master \(new)"), "\(upgraded)")
            #expect(site.deployment.workers.count == 2)
            #expect(try site.listeningInode() == inode)
            descriptors.append(site.descriptors(of: new).count)
        }
        try load.expectNoFailure()
        #expect(try folder(site) == files)
        #expect(Set(descriptors).count == 1, "\(descriptors)")
        try expectNothingLeft(of: site)
    }

    @Test("asked for by many USR2s at once is one")
    func burst() throws {
        let site = try Site()
        let load = try Load(site)
        let old = site.deployment.masterID
        for _ in 0..<50 {
            kill(old, SIGUSR2)
            usleep(200)
        }
        try eventually(within: 30) { hasEnded(old) }
        try eventually(within: 30) { site.deployment.masterID != old && site.deployment.workers.count == 2 }
        #expect(site.logged("a new master is started") == 1)
        try load.expectNoFailure()
    }

    /// Programs in the place of the binary that are none of ours, and what is said of each.
    private static let bad: [(name: String, script: String, reason: String)] = [
        ("exits", "#!/bin/sh\nexit 3\n", "exit 3"),
        ("is killed", "#!/bin/sh\nkill -KILL $$\n", "KILL"),
        ("hangs", "#!/bin/sh\nexec sleep 600\n", "was not ready within 1000 ms"),
        ("ignores QUIT", "#!/bin/sh\ntrap '' QUIT\nexec sleep 600\n", "was not ready within 1000 ms"),
        ("is no program", "nothing that the kernel could run", "cannot execute"),
    ]

    @Test(
        "to a binary that is none exits with 1 and the reason in a line, leaves the old pool serving, and nothing of its own",
        arguments: bad.indices
    )
    func refused(index: Int) throws {
        let (_, script, reason) = Self.bad[index]
        let site = try Site(settings: ["DEBRIEF_START_TIMEOUT": "1s", "DEBRIEF_DRAIN_TIMEOUT": "1s"])
        let load = try Load(site)
        let (old, workers, inode) = (site.deployment.masterID, site.deployment.workers, try site.listeningInode())
        let descriptors = site.descriptors(of: old).count
        let program = "\(site.deployment.folder)/program"
        try Executable.write(script, to: program)
        try site.deployment.install(program)

        let refusal = try site.deployment.command("upgrade")
        #expect(refusal.status == 1 && lines(refusal.errors).count == 1, "\(refusal)")
        #expect(refusal.errors.contains(reason) && refusal.errors.contains("the old master serves on"), "\(refusal)")
        #expect(site.deployment.masterID == old && site.deployment.workers == workers)
        // What does not heed a QUIT is killed when it would have had to be gone.
        try eventually(within: 30) { children(of: old).allSatisfy { name(of: $0)?.hasPrefix("debrief-") == true } }
        try load.serve(100)

        try site.deployment.install(Run.binary)
        // A second is little for a whole pool on a busy machine.
        try eventually(within: 30) { try site.deployment.command("upgrade").status == 0 }
        #expect(try site.listeningInode() == inode)
        try load.expectNoFailure()
        #expect(site.descriptors(of: site.deployment.masterID).count == descriptors)
        try expectNothingLeft(of: site)
    }

    @Test("that hangs is called off by a HUP, which reloads, and by a WINCH, which ends the workers")
    func backedOut() throws {
        let site = try Site()
        let load = try Load(site)
        let old = site.deployment.masterID
        let program = "\(site.deployment.folder)/program"
        try Executable.write("#!/bin/sh\nexec sleep 600\n", to: program)
        try site.deployment.install(program)
        let workers = site.deployment.workers
        let upgrade = Background { try site.deployment.command("upgrade") }
        try eventually(within: 30) { children(of: old).contains { name(of: $0) == "sleep" } }
        // What else is asked for meanwhile is refused.
        #expect(try site.ask(.reload).status == 1)
        #expect(try site.ask(.upgrade).status == 1)
        kill(old, SIGHUP)
        let refusal = try upgrade.value()
        #expect(refusal.status == 1 && lines(refusal.errors).count == 1 && refusal.errors.contains("HUP called it off"), "\(refusal)")
        try eventually(within: 30) { workers.allSatisfy(hasEnded) && site.deployment.workers.count == 2 }
        try eventually(within: 30) { !children(of: old).contains { name(of: $0) == "sleep" } }
        #expect(!hasEnded(old))
        try load.expectNoFailure()

        let second = Background { try site.deployment.command("upgrade") }
        try eventually(within: 30) { children(of: old).contains { name(of: $0) == "sleep" } }
        kill(old, SIGWINCH)
        #expect(try second.value().errors.contains("WINCH called it off"))
        try site.waitForWorkers(0)
    }

    /// The names of the files beside the socket, which are those of one master.
    private func folder(_ site: Site) throws -> [String] { try FileManager.default.contentsOfDirectory(atPath: site.deployment.folder).sorted() }

    /// Stops the pool, and expects that nobody of it is there any more.
    private func expectNothingLeft(of site: Site, location: SourceLocation = #_sourceLocation) throws {
        try site.tell(.stop)
        try? eventually(within: 2) { try processes(of: site).isEmpty }
        #expect(try processes(of: site) == [], sourceLocation: location)
        #expect(!FileManager.default.fileExists(atPath: site.deployment.fastCGISocket), sourceLocation: location)
        #expect(!FileManager.default.fileExists(atPath: site.deployment.controlSocket), sourceLocation: location)
        #expect(!FileManager.default.fileExists(atPath: site.deployment.pidPath), sourceLocation: location)
    }

    /// Those whose arguments name the pool's folder, as those of its master do, and of all that it forks; a zombie has none.
    private func processes(of site: Site) throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: "/proc").filter { Int($0) != nil }.compactMap { pid in
            let arguments = try? String(contentsOfFile: "/proc/\(pid)/cmdline", encoding: .utf8)
            return arguments.flatMap { $0.contains("\(site.deployment.binary)\0") ? "\(pid) \($0)" : nil }
        }
    }
}
