import Foundation
import Support
import Testing

@Suite("The pool's socket")
struct ListeningTests {
    /// Starts a pool that is to be refused, on the database of these tests.
    private func serve(at listen: String) throws -> (status: Int32?, output: String, errors: String) {
        try Cluster.shared.get().makeDatabase().debrief(["serve"], environment: ["DEBRIEF_LISTEN": listen, "DEBRIEF_WORKERS": "1"])
    }

    @Test("nginx's group may connect, nobody else; and the file is gone at the end")
    func file() throws {
        let site = try Site(workers: 1)
        var status = stat()
        #expect(lstat(site.deployment.fastCGISocket, &status) == 0)
        #expect(status.st_mode & S_IFMT == S_IFSOCK)
        #expect(status.st_mode & 0o777 == 0o660)
        site.deployment.master.send(SIGTERM)
        #expect(site.deployment.master.wait() == 0)
        #expect(lstat(site.deployment.fastCGISocket, &status) != 0)
        // Who calls now is told to come again.
        #expect(try site.page().isUnavailable)
    }

    @Test("a second master at the same socket is refused in one line, and the first goes on")
    func second() throws {
        let site = try Site(workers: 1)
        let workers = site.deployment.workers
        let second = try site.database.debrief(["serve"], environment: ["DEBRIEF_LISTEN": site.deployment.fastCGISocket])
        #expect(second.status == 1)
        #expect(lines(second.errors).count == 1, "\(second.errors)")
        #expect(second.errors.contains("DEBRIEF_LISTEN"))
        #expect(try site.page().status == 200)
        #expect(site.deployment.workers == workers)
    }

    @Test("a socket that the workers of a killed master still hold for a moment is taken over")
    func orphaned() throws {
        let site = try Site(workers: 1)
        let old = site.deployment.workers
        site.deployment.master.send(SIGKILL)
        #expect(site.deployment.master.wait() == 128 + SIGKILL)
        try eventually { old.allSatisfy(hasEnded) }
        try FileManager.default.removeItem(atPath: site.deployment.fastCGISocket)
        // Instead of them, who do not end when one would have them.
        do {
            let holder = try SilentListener(site.deployment.fastCGISocket)
            chmod(site.deployment.fastCGISocket, 0o777)
            try site.deployment.startMaster()
            try eventually(within: 30) { holder.hasCaller }
        }
        try eventually(within: 30) { try site.page().status == 200 }
    }

    @Test(
        "a path at which no socket can be is refused in one line that names the setting",
        arguments: ["/nowhere/debrief.sock", "/proc/debrief.sock"]
    )
    func unreachable(path: String) throws {
        let served = try serve(at: path)
        #expect(served.status == 1)
        #expect(lines(served.errors).count == 1, "\(served.errors)")
        #expect(served.errors.contains("DEBRIEF_LISTEN"))
    }

    @Test("a file that is no socket is somebody's, and is left as it is")
    func foreign() throws {
        let path = "\(Run.makeFolder("foreign", for: .debrief))/notes.txt"
        try "precious".write(toFile: path, atomically: false, encoding: .utf8)
        let served = try serve(at: path)
        #expect(served.status == 1)
        #expect(lines(served.errors).count == 1, "\(served.errors)")
        #expect(served.errors.contains("DEBRIEF_LISTEN"))
        #expect(try String(contentsOfFile: path, encoding: .utf8) == "precious")
    }

    @Test("a master that stops leaves the file alone that another has put in the place of its own")
    func replaced() throws {
        let site = try Site(workers: 1)
        try FileManager.default.removeItem(atPath: site.deployment.fastCGISocket)
        let first = site.deployment.master
        try site.deployment.startMaster()
        first.send(SIGTERM)
        #expect(first.wait() == 0)
        #expect(FileManager.default.fileExists(atPath: site.deployment.fastCGISocket))
        try eventually(within: 30) { try site.page().status == 200 }
    }
}
