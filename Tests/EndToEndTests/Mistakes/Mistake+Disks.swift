import Foundation
import Support

extension Mistake {
    /// A disk without room.
    private static func full(for account: Account = .invoker) throws -> SmallDisk {
        let disk = try SmallDisk(kilobytes: 64, for: account)
        try disk.fill()
        return disk
    }

    /// Where one can be mounted.
    static let disks: [Mistake] =
        !SmallDisk.isPossible
        ? []
        : [
            Mistake(
                "a full disk for a token",
                status: 1,
                tried: "cannot write to standard output",
                came: "No space left on device",
                next: "debrief token revoke "
            ) {
                let (disk, database) = (try full(), try Cluster.shared.get().makeDatabase(demo: false))
                let tenant = try database.debrief(["tenant", "create", "--name", "A"]).output.filter { !$0.isNewline }
                let errors = "\(Run.makeFolder("mistake", for: .invoker))/errors"
                let process = try ChildProcess(
                    [Run.binary, "token", "create", "--tenant", tenant, "--name", "x", "--scope", "users:read"],
                    environment: ["DEBRIEF_ADMIN_DATABASE": database.conninfo(user: "postgres")],
                    output: "\(disk.path)/token",
                    errors: errors
                )
                return Answer(status: process.wait(), text: try String(contentsOfFile: errors, encoding: .utf8))
            },
            Mistake("a full disk for documents", status: 1, tried: "cannot write ", came: "No space left on device", next: "make room on its disk") {
                let disk = try full()
                return try withExtendedLifetime(disk) { try debrief("docs", disk.path) }
            },
            Mistake(
                "a full disk for scripts/up",
                status: 1,
                tried: "cannot write to ",
                came: "room on its disk",
                next: "or set DEBRIEF_STATE to a folder elsewhere"
            ) {
                let disk = try full()
                return try withExtendedLifetime(disk) { try ScriptBench().run("up", state: "\(disk.path)/state") }
            },
            Mistake(
                "a disk that is full when scripts/up has begun",
                status: 1,
                tried: "the step \"State folder\" failed",
                came: "No space left on device",
                next: "a disk is full: df -h tells which"
            ) {
                // A page, which the lock takes. The accounts of root's scripts have their files elsewhere.
                let disk = try SmallDisk(kilobytes: 64, for: .debrief)
                try disk.fill(butKilobytes: 4)
                let bench = try ScriptBench(scripts: ["dpkg-query": ScriptBench.allInstalled]).copied(for: .debrief)
                return try withExtendedLifetime(disk) { try bench.run("up", state: "\(disk.path)/state") }
            },
        ]
}
