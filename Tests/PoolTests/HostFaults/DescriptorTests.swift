import Foundation
import Support
import Testing

@Suite("A limit on descriptors", .serialized)
struct DescriptorTests {
    /// Of a core, while there is nothing to do but to wait for a descriptor.
    private static let mostLoad = 0.25

    /// What a child of the master may have at the most, whatever the master has.
    private static let childrensLimit = 256

    @Test("that leaves a worker none for a connection costs no core and not the worker; it says so, and the request is answered once there are some")
    func worker() throws {
        let site = try Site(workers: 1)
        let right = try site.page().body
        let worker = try #require(site.deployment.workers.first)
        var (limited, answered, most) = (0, 0, 0.0)
        for _ in 0..<often(20, normally: 1) {
            let limit = try limitDescriptors(of: worker, site)
            let caller = try site.client.begin("sessions?limit=1", token: site.token)
            try eventually { site.logged("no connection can be accepted for now") > 0 }
            limited += 1
            most = max(most, try load(of: worker))
            #expect(most < Self.mostLoad)
            try setLimit(limit, of: worker)
            let response = caller.response(seconds: 10)
            #expect(response.status == 200 && response.body == right, "\(response.text)")
            if response.status == 200 && response.body == right { answered += 1 }
        }
        #expect(site.deployment.workers == [worker])
        // Once as long as it lasts.
        #expect(site.logged("no connection can be accepted for now") == often(20, normally: 1))
        #expect(site.logged("Too many open files") == often(20, normally: 1))
        #expect(site.logged("connections are accepted again") == often(20, normally: 1))
        #expect(site.deployment.unexpectedLogLines(expected: ["no connection can be accepted"]) == [])
        Run.report(
            """
            host faults: \(limited) times a worker had no descriptor left, taking at most \(percent(most)) of a core; \(answered) of these callers were \
            answered, \(site.deployment.lost(of: [worker])) workers lost
            """
        )
    }

    @Test("that leaves the master none for a command costs no core and no caller; it says so, and the command is answered once there are some")
    func master() throws {
        let site = try Site(workers: 2)
        let master = site.deployment.masterID
        let load = try Load(site)
        try load.serve(50)
        let limit = try limitDescriptors(of: master, site)
        let status = Background { try site.status().status }
        try eventually { site.logged("no command can be accepted for now") > 0 }
        let taken = try self.load(of: master)
        #expect(taken < Self.mostLoad)
        try setLimit(limit, of: master)
        #expect(try status.value(seconds: 20) == 0)
        #expect(site.deployment.masterID == master)
        #expect(site.logged("no command can be accepted for now") == 1)
        let tally = try load.expectNoFailure()
        #expect(site.deployment.unexpectedLogLines(expected: ["no command can be accepted"]) == [])
        Run.report(
            "host faults: a master had no descriptor left, taking \(percent(taken)) of a core; \(tally.failed) of \(tally.count) requests failed"
        )
    }

    @Test(
        "that is too low from the start is said, and costs no core; what could begin serves once the limit is raised",
        arguments: Run.isLong ? Array(5...13) : [11]
    )
    func tooLow(limit: Int) throws {
        let site = try Site(workers: 2)
        let former = site.deployment.master
        former.send(SIGTERM)
        #expect(former.wait() == 0)
        // What another test has open just then may be inherited, and would count: not even the loader could open a library.
        let closing = #"for file in /proc/self/fd/*; do file=${file##*/}; ((file < 3)) || eval "exec $file>&-"; done; exec "$@""#
        try site.deployment.startMaster(wrapper: ["/bin/bash", "-c", closing, "bash", "/usr/bin/prlimit", "--nofile=\(limit):1024"])
        let master = site.deployment.master
        // Whoever calls is told, or waits.
        let caller = try? site.client.begin("sessions?limit=1", token: site.token)
        try eventually(within: 20) {
            site.logged("Too many open files") > 0 || site.deployment.output.contains("Too many open files")
                || (try? site.page())?.status == 200
        }
        // One that has said so on its way out is about to end.
        if master.wait(seconds: 2) == nil {
            let taken = try load(of: master.pid)
            #expect(taken < Self.mostLoad)
            Run.report("host faults: \(limit) descriptors from the start: the master goes on, taking \(percent(taken)) of a core")
            for process in [master.pid] + site.deployment.workers { try? setLimit(Self.childrensLimit, of: process) }
            try eventually(within: 30) { try site.page().status == 200 }
            try eventually(within: 30) { try site.status().status == 0 }
        } else {
            let status = master.wait()
            #expect(status == 1)
            Run.report("host faults: \(limit) descriptors from the start: the master ends with \(status.map { "\($0)" } ?? "no status")")
        }
        _ = consume caller
    }

    /// Leaves a process no descriptor more than it has, and returns what the limit was.
    private func limitDescriptors(of process: pid_t, _ site: Site) throws -> Int {
        let former = try limit(of: process)
        // The first number that is free, so that not one more can be had.
        let open = Set(site.descriptors(of: process).compactMap { Int($0) })
        let free = (0...open.count).first { !open.contains($0) } ?? open.count
        try setLimit(free, of: process)
        return former
    }

    private func limit(of process: pid_t) throws -> Int {
        let text = try run(["/usr/bin/prlimit", "--pid", "\(process)", "--nofile", "--output", "SOFT", "--noheadings"], as: .debrief).output
        return try #require(Int(text.trimmingCharacters(in: .whitespacesAndNewlines)), "\(text)")
    }

    private func setLimit(_ limit: Int, of process: pid_t) throws {
        let (status, _, errors) = try run(["/usr/bin/prlimit", "--pid", "\(process)", "--nofile=\(limit):"], as: .debrief)
        try #require(status == 0, "\(errors)")
    }

    private func percent(_ load: Double) -> String { "\(Int((load * 100).rounded(.up)))%" }

    /// How much of a core a process takes, over a second.
    private func load(of process: pid_t) throws -> Double {
        let (ticks, start) = (try ticks(of: process), Date())
        try eventually { Date().timeIntervalSince(start) > 1 }
        return Double(try self.ticks(of: process) - ticks) / Double(sysconf(CInt(_SC_CLK_TCK))) / Date().timeIntervalSince(start)
    }

    private func ticks(of process: pid_t) throws -> Int {
        let text = try String(contentsOfFile: "/proc/\(process)/stat", encoding: .utf8)
        let fields = try #require(text.lastIndex(of: ")").map { text[$0...] }).split(separator: " ")
        // proc(5): utime and stime are the 14th and 15th, of which the first two are before the parenthesis.
        return try #require(Int(fields[12])) + #require(Int(fields[13]))
    }
}
