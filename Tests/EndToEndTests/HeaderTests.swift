import Foundation
import Support
import Testing

@Suite("Fields of a response, and the access log")
struct HeaderTests {
    private let stage: Stage

    init() throws { stage = try Stage.shared() }

    /// A success, each error of a worker's, and errors of nginx's: where the request id comes from must not depend on who answers.
    private var calls: [Call] {
        let unscoped = (try? stage.database.makeToken(tenant: stage.database.demoTenant(), scopes: ["users:read"])) ?? ""
        return endpoints.map { Call("/api/v1/\($0)", token: stage.token) } + [
            Call("/api/v1/sessions"), Call("/api/v1/sessions", token: "x"), Call("/api/v1/sessions", token: unscoped),
            Call("/api/v1/sessions?limit=0", token: stage.token), Call("/api/v1/sessions/x", token: stage.token), Call("/api/v1/nothing"),
            Call("/api/v1/sessions", method: "PUT"), Call("/nothing"), Call("/api/v1/sessions", method: "TRACE"),
            Call("/api/v1/sessions", fields: ["Content-Length: 70000"]), Call("/api/v1/sessions", fields: ["Transfer-Encoding: gzip"]),
        ]
    }

    @Test(
        "the caller's own request id comes back, in the field and in an error's body",
        arguments: ["a", "0.9_B-z", String(repeating: "x", count: 128)]
    )
    func givenID(id: String) throws {
        for var call in calls {
            call.fields.insert("X-Request-Id: \(id)", at: 0)
            let response = try stage.client.send(call)
            expectCommonFields(response, requestID: id, "\(call.method) \(String(decoding: call.target, as: UTF8.self))")
            if response.status != 200 { #expect(response.json?["request_id"]?.string == id) }
        }
    }

    @Test(
        "a request id that is none is replaced",
        arguments: [
            "", "a b", "a\"b", "a\\b", "ä", "<script>", "a,b", "a/b", "a\tb", String(repeating: "x", count: 129), "a\u{1}b", "${request_id}",
        ]
    )
    func invalidID(id: String) throws {
        for call in [Call("/api/v1/users", token: stage.token), Call("/api/v1/users"), Call("/nothing")] {
            var call = call
            call.fields = ["X-Request-Id: \(id)"]
            let response = try stage.client.send(call)
            expectCommonFields(response)
            #expect(response.field("X-Request-Id")?.wholeMatch(of: /[0-9a-f]{32}/) != nil)
            if response.status != 200 { #expect(response.json?["request_id"]?.string == response.field("X-Request-Id")) }
        }
    }

    @Test("without a request id each response has one of its own")
    func madeID() throws {
        let ids = try calls.map { try stage.client.send($0).field("X-Request-Id") ?? "" }
        #expect(ids.allSatisfy { $0.wholeMatch(of: /[0-9a-f]{32}/) != nil })
        #expect(Set(ids).count == ids.count)
    }

    @Test("every response has the fields that all have, and one in memory its length")
    func everyResponse() throws {
        for call in calls {
            let response = try stage.client.send(call)
            expectCommonFields(response)
            #expect(response.field("Server") == "nginx")
            #expect(response.field("Content-Length") == "\(response.body.count)")
            #expect(response.json != nil)
        }
    }

    // MARK: - The access log

    private func line(of id: String) throws -> String {
        var found: Substring?
        try eventually {
            found = stage.deployment.accessLog.split(separator: "\n").last { $0.contains("\"request_id\":\"\(id)\"") }
            return found != nil
        }
        return String(try #require(found))
    }

    @Test("the access log has a line of JSON a request, with the request's id, path and status")
    func accessLog() throws {
        let table: [(call: Call, method: String, path: String, status: Double)] = [
            (Call("/api/v1/sessions?limit=1", token: stage.token), "GET", "/api/v1/sessions", 200),
            (Call("/api/v1/users", method: "HEAD", token: stage.token), "HEAD", "/api/v1/users", 200),
            (Call("/api/v1/users"), "GET", "/api/v1/users", 401),
            (Call("/api/v1/users", method: "M-SEARCH"), "M-SEARCH", "/api/v1/users", 405),
            (Call("/api/v1/users", method: "TRACE"), "TRACE", "/api/v1/users", 405),
            (Call("/api/v1/%73essions?a=b"), "GET", "/api/v1/%73essions", 404),
            (Call("/a\"b\\c?d"), "GET", "/a\"b\\c", 404),
            (Call("/api/v1/users", fields: ["Content-Length: 70000"]), "GET", "/api/v1/users", 413),
        ]
        for (number, row) in table.enumerated() {
            let id = "log-\(number)-\(newID())"
            var call = row.call
            call.fields.append("X-Request-Id: \(id)")
            _ = try stage.client.send(call)
            let line = try #require(JSONValue(parsing: Array(try line(of: id).utf8)), "the line is no JSON")
            #expect(line["method"]?.string == row.method)
            #expect(line["path"]?.string == row.path)
            #expect(line["status"]?.number == row.status)
            #expect(line["time"]?.string != nil && line["bytes"]?.number != nil && line["request_time"]?.number != nil)
        }
    }

    @Test("the logs have no value of a query, and no token, whatever went wrong")
    func secrets() throws {
        let secret = "secret-\(newID())"
        let id = "last-\(newID())"
        let calls = [
            Call("/api/v1/sessions?user_id=\(secret)", token: stage.token), Call("/api/v1/sessions?\(secret)=1", token: stage.token),
            Call("/api/v1/users?token=\(secret)", token: secret), Call("/nothing?\(secret)"), Call("/api/v1/%zz?\(secret)"),
            Call("/api/v1/users", token: secret, fields: ["X-Request-Id: \(secret) \(secret)", "Referer: \(secret)", "User-Agent: \(secret)"]),
            Call("/api/v1/users?" + secret + String(repeating: "a", count: 9_000)), Call("/api/v1/users?\(secret)", method: "trace"),
            Call("/api/v1/users?\(secret)", version: "HTTP/2.0"),
            Call("/api/v1/sessions/\(stage.token)", token: stage.token),
            Call("/api/v1/users", token: stage.token, fields: ["X-Request-Id: \(stage.token)"]),
            Call("/api/v1/users", token: stage.token, fields: ["X-Request-Id: \(id)"]),
        ]
        for call in calls { _ = try stage.client.send(call) }
        _ = try line(of: id)
        let folder = stage.deployment.folder
        let errors = (try? String(contentsOfFile: "\(folder)/nginx/error.log", encoding: .utf8)) ?? ""
        let output = (try? String(contentsOfFile: "\(folder)/nginx.out", encoding: .utf8)) ?? ""
        for log in [stage.deployment.accessLog, stage.deployment.log, errors, output] {
            #expect(!log.contains(secret))
            #expect(!log.contains(stage.token.dropFirst(8).prefix(20)))
        }
    }

    @Test("every line of the access log is JSON")
    func onlyJSON() throws {
        func ends() -> Int { stage.deployment.accessLog.utf8.count { $0 == UInt8(ascii: "\n") } }
        let before = ends()
        for bytes in [
            [0x16, 3, 1, 0xff, 0xfe, 0x0d, 0x0a], Array("GET /\u{1}\"\\ HTTP/1.1\r\n\r\n".utf8), Call(Array("/é".utf8) + [0xff, 0xfe]).bytes,
        ] {
            _ = try stage.client.send(bytes)
        }
        try eventually { ends() >= before + 3 }
        // What is behind the last line's end is being written by another test's request.
        let lines = stage.deployment.accessLog.split(separator: "\n", omittingEmptySubsequences: false).dropLast()
        #expect(lines.allSatisfy { JSONValue(parsing: Array($0.utf8))?.object != nil })
    }
}
