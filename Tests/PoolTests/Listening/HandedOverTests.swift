import Foundation
import Support
import Testing

@Suite("A socket that a service manager hands over")
struct HandedOverTests {
    @Test("is served at, and lives on when the master stops: who calls then is answered by the next")
    func between() throws {
        let site = try Site(workers: 1, listening: .unixHandedOver)
        let right = try site.page().body
        site.deployment.master.send(SIGTERM)
        #expect(site.deployment.master.wait() == 0)
        let waiting = try site.client.begin("sessions?limit=1", token: site.token)
        // It waits in the queue of the socket that the test holds.
        #expect(waiting.receive(seconds: 0.1) == nil)
        try site.deployment.startMaster()
        let response = waiting.response()
        #expect(response.status == 200 && response.isWhole && response.body == right, "\(response.text)")
        #expect(site.deployment.unexpectedLogLines() == [])
    }

    @Test("has to be the one at DEBRIEF_LISTEN where there are several; and one that does not listen is refused, in one line")
    func refused() throws {
        let folder = Run.makeFolder("handed", for: .invoker)
        let script = #"LISTEN_FDS=1 LISTEN_PID=$$; export LISTEN_FDS LISTEN_PID; exec "$@" 3</dev/null"#
        let database = try Cluster.shared.get().makeDatabase()
        let served = try run(
            ["/bin/sh", "-c", script, "sh", Run.binary, "serve"],
            environment: ["DEBRIEF_DATABASE": database.conninfo(user: "debrief_api"), "DEBRIEF_LISTEN": "\(folder)/debrief.sock"],
            as: .debrief
        )
        #expect(served.status == 1)
        #expect(lines(served.errors).count == 1, "\(served.errors)")
        #expect(served.errors.contains("DEBRIEF_LISTEN"))
    }
}
