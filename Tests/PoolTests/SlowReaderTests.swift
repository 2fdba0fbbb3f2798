import Foundation
import Support
import Testing

@Suite("A slow reader")
struct SlowReaderTests {
    @Test("of a long list holds no worker, over either kind of socket", arguments: [Deployment.Listening.own, .tcpHandedOver])
    func longList(listening: Deployment.Listening) throws {
        let site = try Site(workers: 1, listening: listening)
        try site.database.sql(
            """
            insert into users (tenant_id, full_name, email, role)
            select $1::uuid, 'User ' || number || repeat(' and so on', 20), 'x', 'rep' from generate_series(1, 20000) as number
            """,
            site.database.demoTenant()
        )
        let right = try site.client.get("users", token: site.token)
        #expect(right.status == 200 && right.isWhole)
        // More than sockets and buffers on the way take.
        #expect(right.body.count > 5_000_000)
        let slow = try site.client.begin("users", token: site.token)
        let first = slow.receive() ?? []
        for _ in 0..<3 { #expect(try site.client.get("sessions?limit=1", token: site.token, seconds: 10).status == 200) }
        let response = Client.Response(parsing: first + slow.receiveAll(), isHead: false)
        #expect(response.isWhole && response.body == right.body)
        #expect(site.deployment.unexpectedLogLines() == [])
    }
}
