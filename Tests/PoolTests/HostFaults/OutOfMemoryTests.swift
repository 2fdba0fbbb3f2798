import Foundation
import Support
import Testing

@Suite("Memory that runs out", .serialized)
struct OutOfMemoryTests {
    @Test("is offered the master's children before the master, and a new one as well as the first")
    func score() throws {
        let site = try Site(workers: 2)
        let master = try score(of: site.deployment.masterID)
        let first = site.deployment.workers
        kill(first[0], SIGKILL)
        try eventually { site.deployment.workers.count == 2 && !site.deployment.workers.contains(first[0]) }
        let operatorProcess = try #require(site.deployment.operatorProcess)
        for child in site.deployment.workers + [operatorProcess] { #expect(try score(of: child) == min(1_000, max(0, master + 100))) }
    }

    private func score(of process: pid_t) throws -> Int {
        let text = try String(contentsOfFile: "/proc/\(process)/oom_score_adj", encoding: .utf8)
        return try #require(Int(text.trimmingCharacters(in: .newlines)))
    }

    @Test(
        "costs workers, whom the kernel takes, and not the master; callers are told 503 or not at all, and all are there again once there is memory",
        .enabled(if: MemoryGroup.isPossible && SmallDisk.isPossible && !Run.isSanitized)
    )
    func taken() throws {
        let group = try MemoryGroup(megabytes: 192)
        // Memory that belongs to no process, so that to kill one gives back only its own.
        let disk = try SmallDisk(kilobytes: 256 << 10, for: .debrief)
        let site = try Site(workers: 4)
        let former = site.deployment.master
        former.send(SIGTERM)
        #expect(former.wait() == 0)
        try site.deployment.startMaster(wrapper: group.launcher + Account.debrief.prefix, as: .invoker)
        try eventually(within: 20) { try site.page().status == 200 && site.deployment.workers.count == 4 }
        let master = site.deployment.masterID
        let load = try Load(site)
        var (taken, masters) = (0, 0)
        for round in 0..<often(10, normally: 1) {
            try load.serve(50)
            let before = killed(site)
            for step in 0..<128 where killed(site) == before {
                _ = try run(
                    group.launcher + ["/bin/sh", "-c", "head -c \(step == 0 ? 120 << 20 : 2 << 20) /dev/zero > \(disk.path)/\(round).\(step)"]
                )
            }
            // At once: what is not given back takes every worker that comes, and in the end the master.
            for name in try FileManager.default.contentsOfDirectory(atPath: disk.path) {
                try FileManager.default.removeItem(atPath: "\(disk.path)/\(name)")
            }
            try eventually { killed(site) > before }
            if site.deployment.masterID != master || hasEnded(master) { masters += 1 }
            #expect(masters == 0)
            try eventually(within: 30) { site.deployment.workers.count == 4 }
            try eventually(within: 30) { try site.status().status == 0 }
            try load.serve(50)
            taken += killed(site) - before
        }
        let tally = try load.stop()
        #expect(tally.wrong.allSatisfy { $0.hasPrefix("no answer") } && Set(tally.statuses.keys).isSubset(of: [0, 200, 503]), "\(tally)")
        #expect(!hasEnded(master))
        Run.report(
            """
            host faults: \(taken) workers taken for want of memory, \(masters) masters; \(tally.unavailable) of \(tally.count) callers told 503, \
            \(tally.statuses[0] ?? 0) not at all
            """
        )
    }

    private func killed(_ site: Site) -> Int { site.logged(#""cause":"signal 9"#) }
}
