import Foundation
import Support
import Testing

@Suite("The pool over TCP")
struct TCPTests {
    @Test("gives pages and their HEAD as over a Unix socket")
    func pages() throws {
        let site = try Site(listening: .tcpHandedOver)
        let page = try site.client.get("sessions?limit=100", token: site.token)
        #expect(page.status == 200 && page.isWhole)
        #expect((page.json?["data"]?.array?.count ?? 0) > 10)
        let head = try site.client.get("sessions?limit=100", token: site.token, method: "HEAD")
        #expect(head.status == 200 && head.body.isEmpty && head.isWhole)
        #expect(head.field("Content-Length") == "\(page.body.count)")
        #expect(head.field("ETag") == page.field("ETag"))
        #expect(try site.client.get("sessions", token: "x").status == 401)
        #expect(site.deployment.unexpectedLogLines() == [])
    }

    @Test("is stopped, and started again at the same port at once, though connections to it were open")
    func restarted() throws {
        let site = try Site(workers: 1, listening: .tcpHandedOver)
        for _ in 0..<20 { #expect(try site.page().status == 200) }
        site.deployment.master.send(SIGTERM)
        #expect(site.deployment.master.wait() == 0)
        try site.deployment.startMaster()
        #expect(try site.page().status == 200)
        #expect(site.deployment.unexpectedLogLines() == [])
    }

    @Test("takes no harm from callers that leave: theirs is the only request that fails")
    func leaving() throws {
        let site = try Site(workers: 1, listening: .tcpHandedOver)
        let right = try site.page().body
        let worker = site.deployment.workers
        let request = FastCGIRecord.get("sessions?limit=1", token: site.token)
        for count in [0, 1, request.count / 2, request.count - 1, request.count] {
            for _ in 0..<5 { try Socket(site.deployment.fastCGISocket).send(Array(request.prefix(count))) }
        }
        for _ in 0..<5 { _ = try site.client.begin("sessions?limit=100", token: site.token) }
        let page = try site.page()
        #expect(page.status == 200 && page.body == right)
        #expect(site.deployment.workers == worker)
        #expect(site.deployment.unexpectedLogLines() == [])
    }

    @Test("holds a worker no longer than the statement's limit for a caller who has left")
    func leavingBusy() throws {
        let site = try Site(workers: 1, settings: ["DEBRIEF_STATEMENT_TIMEOUT": "1s"], listening: .tcpHandedOver)
        try site.slowSessions()
        let leave = {
            let caller = try site.client.begin("sessions", token: site.token)
            try eventually(within: 20) { try !site.sleepingBackends().isEmpty }
            _ = consume caller
        }
        try leave()
        #expect(try site.client.get("scenarios", token: site.token, seconds: 10).status == 200)
        #expect(site.deployment.unexpectedLogLines(expected: ["SQLSTATE 57014"]) == [])
    }
}
