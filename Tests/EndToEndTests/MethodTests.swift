import Support
import Testing

/// Each endpoint's path, with an id that is there.
let endpoints = [
    "sessions", "sessions/30000000-0000-0000-0000-000000000001", "scorecards/40000000-0000-0000-0000-000000000001", "scenarios", "users",
    "analytics/summary",
]

@Suite("Paths and methods")
struct MethodTests {
    private static let methods = ["POST", "PUT", "DELETE", "OPTIONS", "PATCH", "PROPFIND", "M-SEARCH", "GETS", "G", "HEADER"]

    @Test("any method but GET and HEAD is 405 on a known path, with or without a token", arguments: methods, endpoints)
    func notAllowed(method: String, path: String) throws {
        let stage = try Stage.shared()
        expectError(try stage.client.send(Call("/api/v1/\(path)?x=1", method: method)), 405, "method_not_allowed")
        expectError(try stage.client.send(Call("/api/v1/\(path)", method: method, token: stage.token)), 405, "method_not_allowed")
    }

    @Test("TRACE and CONNECT are 405", arguments: ["TRACE", "CONNECT"])
    func refusedByNginx(method: String) throws {
        expectError(try Stage.shared().client.send(Call("/api/v1/sessions", method: method)), 405, "method_not_allowed")
    }

    @Test("an unknown path is 404 whatever the method", arguments: methods + ["GET"])
    func unknownPath(method: String) throws {
        let stage = try Stage.shared()
        for path in ["/api/v1/nothing", "/api", "/nothing"] {
            expectError(try stage.client.send(Call(path, method: method)), 404, "not_found", "\(path)")
        }
    }

    @Test(
        "a path is compared byte for byte: none of these is an endpoint's",
        arguments: [
            "/api/v1/sessions/", "/api/v1/users/", "/api/v1/analytics/summary/", "/api/v1/scorecards/", "/api/v1/scorecards", "/api/v1/analytics",
            "//api/v1/sessions", "/api//v1/sessions", "/api/v1//sessions", "/api/v1/sessions//", "/api%2Fv1/sessions", "/api%2fv1%2fsessions",
            "/api/%2e%2e/api/v1/sessions", "/api/../api/v1/sessions", "/api/./v1/sessions", "/api/v1/x/../sessions", "/x/../api/v1/sessions",
            "/API/v1/sessions", "/api/V1/sessions", "/api/v1/Sessions", "/api/v1/%73essions", "/%61pi/v1/sessions", "/api/v1/sessions%20",
            "/api/v1/sessions%3Flimit=1", "/api/v1/sessions;a=b", "/api/v1/sessions#a", "/api/v1/sessions\\", "/api/v1/sessions.json",
            "/api/v1/sessions/30000000-0000-0000-0000-000000000001/", "/api/v1/sessions/30000000-0000-0000-0000-000000000001/x",
            "/api/v1/sessions//30000000-0000-0000-0000-000000000001", "/api/v1/sessíons", "/api", "/api/", "/api/v1", "/api/v1/", "/api/v2/sessions",
            "/apiv1/sessions", "/v1/sessions", "/sessions",
        ]
    )
    func exactPath(path: String) throws {
        let stage = try Stage.shared()
        expectError(try stage.client.send(Call(path, token: stage.token)), 404, "not_found")
    }

    @Test(
        "an encoded byte in an id makes it another id, which is nobody's",
        arguments: [
            "3%30000000-0000-0000-0000-000000000001", "30000000-0000-0000-0000-000000000001%20", "%2F", "30000000%2D0000-0000-0000-000000000001",
        ]
    )
    func encodedID(id: String) throws {
        let stage = try Stage.shared()
        expectError(try stage.client.get("sessions/\(id)", token: stage.token), 404, "not_found")
    }

    @Test("an id may be in upper case")
    func upperCaseID() throws {
        let stage = try Stage.shared()
        let lower = try stage.client.get("users", token: stage.token)
        #expect(lower.text.contains("a0000000-0000-0000-0000-000000000002"))
        let upper = try stage.client.get("sessions?user_id=A0000000-0000-0000-0000-000000000002&limit=1", token: stage.token)
        #expect(try dataOf(upper).contains(#""user_id":"a0000000-0000-0000-0000-000000000002""#))
    }

    @Test("a request line may hold an absolute URI, which counts from its path on")
    func absoluteURI() throws {
        let stage = try Stage.shared()
        let plain = try dataOf(try stage.client.send(Call("/api/v1/sessions?limit=1", token: stage.token)))
        let absolute = try dataOf(try stage.client.send(Call("http://other.test/api/v1/sessions?limit=1", token: stage.token)))
        #expect(absolute == plain)
    }

    @Test("HTTP/1.0 is served, without chunks")
    func oldVersion() throws {
        let stage = try Stage.shared()
        for path in endpoints {
            let response = try stage.client.send(Call("/api/v1/\(path)", version: "HTTP/1.0", token: stage.token))
            expectCommonFields(response)
            #expect(response.status == 200)
            #expect(response.field("Transfer-Encoding") == nil)
            #expect(response.json != nil)
        }
    }

    @Test("one connection serves many requests, also those sent ahead")
    func pipelined() throws {
        let stage = try Stage.shared()
        let one = "GET /api/v1/users HTTP/1.1\r\nHost: debrief.test\r\nAuthorization: Bearer \(stage.token)\r\n"
        let socket = try Socket(stage.deployment.httpSocket)
        try socket.send(Array((one + "\r\n" + one + "\r\n" + one + "Connection: close\r\n\r\n").utf8))
        let received = String(decoding: socket.receiveAll(), as: UTF8.self)
        #expect(received.components(separatedBy: "HTTP/1.1 200 OK").count - 1 == 3)
    }
}
