import Foundation
import Support
import Testing

@Suite("A worker that is lost")
struct LostWorkerTests {
    @Test("is replaced at once, whatever ended it; nearly no caller is told to come again, and none has another error")
    func replaced() throws {
        // Where Swift's toolchain is near, its crash handler takes a SEGV that somebody sent for a fault, reports it, and goes on.
        let site = try Site(workers: 4, settings: ["SWIFT_BACKTRACE": "enable=no"])
        let load = try Load(site)
        let count = often(100, normally: 12)
        var milliseconds: [Double] = []
        for number in 0..<count {
            try load.serve(30)
            // The kernel wakes the one first that has waited longest, so this has answered requests: one that has not would have died young.
            let victim = try #require(site.deployment.workers.first)
            let start = Date()
            // AddressSanitizer would take it for a fault that it has found.
            kill(victim, number % 2 == 0 || Run.isSanitized ? SIGKILL : SIGSEGV)
            try eventually(within: 30) {
                let now = site.deployment.workers
                return now.count == 4 && !now.contains(victim)
            }
            milliseconds.append(Date().timeIntervalSince(start) * 1_000)
        }
        load.reachLeastRate()
        let tally = try load.stop()
        milliseconds.sort()
        // Where it was not at once, it would be after a pause: 100 ms, or a look at the workers, a second later.
        #expect(milliseconds[count / 4] < 100, "\(milliseconds)")
        #expect(tally.wrong.isEmpty && Set(tally.statuses.keys).isSubset(of: [200, 503]), "\(tally)")
        // nginx asks a second worker where the first is lost before its first byte; only where that is lost, too, is it 503.
        #expect(tally.unavailable <= count / 50, "\(tally)")
        #expect(tally.rate >= Load.leastRate, "\(tally)")
        #expect(site.deployment.unexpectedLogLines() == [])
    }

    @Test("twice by one request is a JSON 503 for that, which is not tried a third time, and costs nobody else anything")
    func deadlyRequest() throws {
        // With one worker there is no doubt which of them has it.
        let site = try Site(workers: 1)
        let right = try site.page().body
        try site.slowSessions()
        let request = try site.client.begin("sessions?limit=1", token: site.token)
        var seen: Set<pid_t> = []
        for _ in 0..<2 {
            var worker: pid_t?
            try eventually(within: 30) {
                worker = site.deployment.workers.first
                return try worker != nil && !site.sleepingBackends().isSubset(of: seen)
            }
            seen.formUnion(try site.sleepingBackends())
            kill(try #require(worker), SIGKILL)
        }
        let response = request.response()
        #expect(response.isUnavailable, "\(response.text)")
        try eventually(within: 30) { try site.client.get("scenarios", token: site.token).status == 200 }
        #expect(try site.sleepingBackends().isSubset(of: seen))
        #expect(!right.isEmpty)
        #expect(site.deployment.unexpectedLogLines() == [])
    }

    @Test("is replaced in the middle of a request, which another worker answers")
    func inFlight() throws {
        let site = try Site()
        try site.lockSessions()
        let request = try site.beginWaiting()
        let first = try site.backends()
        // Which of the two has the request only its backend tells: that which waits.
        for worker in site.deployment.workers { kill(worker, SIGSTOP) }
        for worker in site.deployment.workers { kill(worker, SIGKILL) }
        try eventually(within: 30) { site.deployment.workers.count == 2 }
        try site.unlockSessions()
        let response = request.response()
        #expect(response.status == 200, "\(response.text)")
        #expect(response.isWhole)
        #expect(!first.isEmpty)
    }

    @Test("again and again at its start is replaced ever more slowly, while the others serve, and at once when its cause has gone")
    func crashLoop() throws {
        let site = try Site(workers: 4)
        let load = try Load(site)
        // With no descriptor left to open, a new worker ends before it has done anything; what is open stays so.
        try limit("nofile", 4, of: site)
        let others = site.deployment.workers.dropFirst()
        let victim = try #require(site.deployment.workers.first)
        let start = Date()
        kill(victim, SIGKILL)
        // Pauses of 100, 200, 400 and 800 ms.
        try eventually(within: 30) { site.logged("\"a worker ended\"") >= 6 }
        #expect((1.4..<15).contains(Date().timeIntervalSince(start)))
        #expect(site.deployment.workers == Array(others))
        try limit("nofile", nil, of: site)
        // The pause that has begun is the longest yet: 1,600 ms.
        try site.waitForWorkers(4)

        // It is forgotten: where that worker is lost, the next one comes at once, not after 1,600 ms or more again.
        let new = try #require(site.deployment.workers.first { !others.contains($0) })
        // At 600 a second, more than the one in which it would have died young.
        try load.serve(800)
        let again = Date()
        kill(new, SIGKILL)
        try eventually(within: 30) { hasEnded(new) && site.deployment.workers.count == 4 }
        #expect(Date().timeIntervalSince(again) < 1.5)
        load.reachLeastRate()
        let tally = try load.stop()
        #expect(tally.wrong.isEmpty && tally.unavailable <= 1 && tally.rate >= Load.leastRate, "\(tally)")
    }
}

/// Changes a limit of the master, which holds for the processes that it forks from then on; nil for as much as it may have.
func limit(_ what: String, _ value: Int?, of site: Site) throws {
    let process = ["/usr/bin/prlimit", "--pid", "\(site.deployment.masterID)"]
    let most = try run(process + ["--\(what)", "--output=HARD", "--noheadings"], as: .debrief).output.trimmingCharacters(in: .whitespacesAndNewlines)
    // The soft limit alone, which its own account may change as it likes.
    let changed = try run(process + ["--\(what)=\(value.map(String.init) ?? most):"], as: .debrief)
    try #require(changed.status == 0, "\(changed.errors)")
}
