import Foundation
import Support
import Testing

@Suite("A master that was killed")
struct LostMasterTests {
    @Test("leaves no process behind for longer than a second, idle or at work, and callers are told to come again")
    func orphans() throws {
        let site = try Site(workers: 3)
        try site.lockSessions()
        let request = try site.beginWaiting()
        let all = children(of: site.deployment.masterID)
        // Its workers, and the process that answers operators.
        #expect(all.count == 4)
        site.deployment.master.send(SIGKILL)
        try eventually(within: 1) { all.allSatisfy(hasEnded) }
        #expect(request.response().isUnavailable)
        #expect(try site.page().isUnavailable)
        try site.unlockSessions()
    }

    @Test("can be started again at once, whatever files it has left, and the clients of before are served")
    func again() throws {
        let site = try Site(workers: 3)
        let load = try Load(site)
        try load.serve(100)
        try site.tell(.scale(4...4))
        for _ in 0..<often(10, normally: 3) {
            let old = site.deployment.masterID
            site.deployment.master.send(SIGKILL)
            #expect(site.deployment.master.wait() == 128 + SIGKILL)
            for path in [site.deployment.fastCGISocket, site.deployment.controlSocket, site.deployment.pidPath] {
                #expect(FileManager.default.fileExists(atPath: path))
            }
            #expect(try site.deployment.command("stop").status == 1)
            try site.deployment.startMaster()
            try load.serve(100)
            // The scale that was asked for is kept, and commands reach the new one.
            try site.waitForWorkers(4)
            try site.tell(.reload)
            #expect(try String(contentsOfFile: site.deployment.pidPath, encoding: .utf8) == "\(site.deployment.masterID)\n")
            #expect(site.deployment.masterID != old)
        }
        let tally = try load.stop()
        #expect(tally.wrong.isEmpty && Set(tally.statuses.keys).isSubset(of: [200, 503]), "\(tally)")
    }
}
