import Support
import Testing

@Suite("HEAD")
struct HeadTests {
    @Test(
        "HEAD has GET's status and fields, and no body",
        arguments: endpoints + [
            "sessions?limit=100", "sessions?limit=0", "sessions?x", "sessions/x", "nothing", "users/",
        ]
    )
    func sameAsGet(path: String) throws {
        let stage = try Stage.shared()
        // The usual period ends now, so no two of its answers are the same.
        let path = path == "analytics/summary" ? "\(path)?to=2026-05-07" : path
        for token in [stage.token, nil, "x"] {
            let get = try stage.client.get(path, token: token, fields: ["X-Request-Id: head"])
            let head = try stage.client.get(path, token: token, method: "HEAD", fields: ["X-Request-Id: head"])
            #expect(head.body.isEmpty)
            #expect(head.status == get.status)
            #expect(Answer(head).fields == Answer(get).fields)
            #expect(head.field("Content-Length") == "\(get.body.count)")
        }
    }

    @Test(
        "HEAD has GET's status and fields where nginx answers",
        arguments: [
            Call("/nothing"), Call("/api/v1/%zz"), Call("/api/v1/users", fields: ["Content-Length: 70000"]),
            Call("/api/v1/users", version: "HTTP/2.0"),
        ]
    )
    func sameAsGet(call: Call) throws {
        let stage = try Stage.shared()
        var call = call
        let get = try stage.client.send(call)
        call.method = "HEAD"
        let head = try stage.client.send(call)
        #expect(head.body.isEmpty)
        // nginx refuses a request line before it has read any field, the request's id among them.
        #expect(Answer(head, without: ["X-Request-Id"]).fields == Answer(get, without: ["X-Request-Id"]).fields)
        #expect(head.status == get.status)
    }

    @Test("HEAD lacks the scope, too")
    func scope() throws {
        let stage = try Stage.shared()
        let token = try stage.database.makeToken(tenant: stage.database.demoTenant(), scopes: ["users:read"])
        let head = try stage.client.get("sessions", token: token, method: "HEAD")
        #expect(head.status == 403 && head.body.isEmpty)
        #expect(head.field("WWW-Authenticate")?.contains("sessions:read") == true)
    }
}
