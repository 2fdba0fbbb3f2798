import Foundation
import Support
import Testing

@Suite("A worker that is lost")
struct LostWorkerTests {
    @Test("is replaced, whatever ended it, and costs no caller an error")
    func replaced() throws {
        // Where Swift's toolchain is near, its crash handler takes a SEGV that somebody sent for a fault, reports it, and goes on.
        let site = try Site(settings: ["SWIFT_BACKTRACE": "enable=no"])
        let load = try Load(site)
        for signal in [SIGKILL, SIGSEGV, SIGTERM, SIGKILL] {
            let victim = try #require(site.deployment.workers.last)
            let served = load.count(200)
            kill(victim, signal)
            try eventually(within: 30) { hasEnded(victim) && site.deployment.workers.count == 2 && load.count(200) > served + 5 }
        }
        let tally = try load.stop()
        #expect(Array(tally.statuses.keys) == [200], "\(tally)")
        #expect(tally.wrong.isEmpty, "\(tally)")
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

    @Test("again and again is replaced ever more slowly: a crash loop leaves the machine to others")
    func crashLoop() throws {
        let site = try Site(workers: 1)
        let start = Date()
        for _ in 0..<5 {
            try eventually(within: 30) { !site.deployment.workers.isEmpty }
            let worker = try #require(site.deployment.workers.first)
            kill(worker, SIGKILL)
            try eventually(within: 30) { hasEnded(worker) }
        }
        try eventually(within: 30) { !site.deployment.workers.isEmpty }
        // Pauses of 100, 200, 400, 800 and 1,600 ms; where a worker of a slow machine grew old before it was killed, that took a second.
        #expect(Date().timeIntervalSince(start) > 0.9)
        try eventually(within: 30) { try site.page().status == 200 }
    }
}
