import Foundation
import Support
import Testing

@Suite("A pool that is stuck")
struct StuckPoolTests {
    @Test("is nginx's own 504 after its 35 s, asked once and in the API's shape", .enabled(if: Run.isLong))
    func stuck() throws {
        let database = try Cluster.shared.get().makeDatabase()
        let deployment = try Deployment(database, workers: 2)
        // The master too, or it would replace workers that give no sign of life.
        let stuck = [deployment.master.pid] + deployment.workers
        for process in stuck { kill(process, SIGSTOP) }
        defer { for process in stuck { kill(process, SIGCONT) } }
        let response = try deployment.client.get("sessions", token: "x", seconds: 60)
        #expect(response.status == 504)
        #expect(response.errorCode == "timeout")
        #expect(response.field("Retry-After") == nil)
        #expect(response.field("X-Request-Id") == response.json?["request_id"]?.string)
    }
}
