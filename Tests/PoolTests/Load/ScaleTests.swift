import Foundation
import Support
import Testing

@Suite("Scaling under load")
struct ScaleTests {
    @Test("up and down, again and again, has happened when it says so and costs no caller anything")
    func upAndDown() throws {
        let site = try Site(workers: 2)
        let load = try Load(site)
        for _ in 0..<often(10, normally: 2) {
            for count in [8, 1, 4, 2] {
                let answer = try site.ask(.scale(count...count))
                #expect(answer.status == 0 && answer.text.hasPrefix("scaled: \(count) worker"), "\(answer)")
                #expect(site.deployment.workers.count == count)
            }
        }
        try load.expectNoFailure()
    }

    @Test("by command outlives reload, restart and upgrade, until it is the default again")
    func kept() throws {
        let site = try Site(workers: 2)
        try site.tell(.scale(3...3))
        try site.tell(.reload)
        #expect(site.deployment.workers.count == 3)
        try site.tell(.upgrade)
        #expect(site.deployment.workers.count == 3)
        try site.tell(.stop)
        try site.deployment.startMaster()
        try site.waitForWorkers(3)
        try site.tell(.scale(nil))
        #expect(site.deployment.workers.count == 2)
        try site.tell(.reload)
        #expect(site.deployment.workers.count == 2)
    }

    @Test("follows the queue: it grows while requests wait, and shrinks once its quiet time is over")
    func follows() throws {
        let site = try Site(settings: ["DEBRIEF_WORKERS": "2..8"])
        // Two, where none was slow to start and let requests wait.
        #expect((2..<8).contains(site.deployment.workers.count))
        try site.lockSessions()
        let requests = (0..<12).map { _ in Background { try site.page() } }
        try site.waitForWorkers(8)
        try site.unlockSessions()
        for request in requests { #expect(try request.value().status == 200) }
        #expect(site.deployment.workers.count == 8)
        guard Run.isLong else { return }
        let start = Date()
        // Half of what is too many each ten seconds: 8, 5, 4 or 3, 2.
        try eventually(within: 60) { site.deployment.workers.count == 2 }
        #expect(Date().timeIntervalSince(start) > 15)
    }
}
