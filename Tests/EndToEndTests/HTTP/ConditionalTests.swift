import Support
import Testing

@Suite("ETag and If-None-Match")
struct ConditionalTests {
    private let stage: Stage

    init() throws { stage = try Stage.shared() }

    /// The tag of a body. The summary's `to` is now, unless it is told otherwise.
    private func tag(of path: String, token: String? = nil) throws -> String {
        let response = try stage.client.get(path, token: token ?? stage.token)
        #expect(response.status == 200)
        return try #require(response.field("ETag"), "\(path)")
    }

    /// Each endpoint, with the same answer each time.
    private static let paths = endpoints.map { $0 == "analytics/summary" ? "analytics/summary?to=2026-05-07" : $0 }

    /// A 304 says what a cache needs, and nothing of a body.
    private func expectNotModified(_ response: Client.Response, tag: String, _ comment: Comment? = nil, location: SourceLocation = #_sourceLocation) {
        #expect(response.status == 304, comment, sourceLocation: location)
        #expect(response.body.isEmpty, comment, sourceLocation: location)
        let wanted = [
            ("ETag", tag), ("Cache-Control", "private, no-cache"), ("Vary", "Authorization, Accept-Encoding"), ("X-Content-Type-Options", "nosniff"),
        ]
        for (name, value) in wanted {
            #expect(response.fields.filter { $0.name == name }.map(\.value) == [value], comment, sourceLocation: location)
        }
        #expect(response.field("X-Request-Id") != nil && response.field("Date") != nil, comment, sourceLocation: location)
        for name in ["Content-Length", "Content-Type", "Content-Encoding", "Transfer-Encoding", "Link"] {
            #expect(response.field(name) == nil, comment, sourceLocation: location)
        }
    }

    @Test("a body has a strong tag, the same each time, and another where it is another")
    func tags() throws {
        let tags = try Self.paths.map { try tag(of: $0) }
        #expect(tags.allSatisfy { $0.wholeMatch(of: /"[0-9a-f]{16}"/) != nil }, "\(tags)")
        #expect(Set(tags).count == tags.count)
        #expect(try Self.paths.map { try tag(of: $0) } == tags)
        #expect(try tag(of: "sessions?limit=50") == tag(of: "sessions"))
        #expect(try tag(of: "sessions?limit=49") != tag(of: "sessions"))
    }

    @Test("who names the tag gets 304 and no body, by GET and by HEAD", arguments: paths, ["GET", "HEAD"])
    func notModified(path: String, method: String) throws {
        let tag = try tag(of: path)
        for field in [tag, "W/\(tag)", "\"other\", \(tag)", "*"] {
            let response = try stage.client.get(path, token: stage.token, method: method, fields: ["If-None-Match: \(field)"])
            // A weak tag comes back as it was sent: a cache finds by it what it has.
            expectNotModified(response, tag: field.hasPrefix("W/") ? field : tag, "\(field)")
        }
    }

    @Test("who names other tags, or what is no tag, gets the body", arguments: ["\"0000000000000000\"", "W/\"x\"", "", "\"", "x", "**"])
    func modified(field: String) throws {
        let tag = try tag(of: "users")
        for value in [field, tag.replacing("\"", with: "")] {
            let response = try stage.client.get("users", token: stage.token, fields: ["If-None-Match: \(value)"])
            #expect(response.field("ETag") == tag && response.field("Content-Length") == "\(response.body.count)", "\(value)")
            _ = try dataOf(response)
        }
    }

    @Test("If-None-Match twice, which nginx takes for a fault as it does with Authorization, is 400")
    func twice() throws {
        let response = try stage.client.get("users", token: stage.token, fields: ["If-None-Match: \"a\"", "If-None-Match: \"b\""])
        expectError(response, 400, "bad_request")
    }

    @Test("a change of a row is seen at once by who has the tag of before")
    func change() throws {
        let tenant = try Tenant(stage.database)
        let user = try tenant.addUser("Before")
        let before = try tag(of: "users", token: tenant.token)
        let condition = ["If-None-Match: \(before)"]
        #expect(try stage.client.get("users", token: tenant.token, fields: condition).status == 304)

        try stage.database.sql("update users set full_name = 'After' where id = $1", user)
        let changed = try stage.client.get("users", token: tenant.token, fields: condition)
        #expect(try dataOf(changed).contains("After"))
        #expect(try changed.field("ETag") != before && changed.field("ETag") == tag(of: "users", token: tenant.token))

        try stage.database.sql("update users set full_name = 'Before' where id = $1", user)
        #expect(try stage.client.get("users", token: tenant.token, fields: condition).status == 304)
    }

    @Test("a tag opens nothing: token, scope, parameters and row come first, revoked or not", arguments: ["*", ""])
    func order(field: String) throws {
        let tenant = try Tenant(stage.database)
        let unscoped = try tenant.makeToken(scopes: ["scenarios:read"])
        try tenant.addUser()
        let condition = ["If-None-Match: \(field.isEmpty ? try tag(of: "users", token: tenant.token) : field)"]
        func get(_ path: String, token: String? = nil) throws -> Client.Response { try stage.client.get(path, token: token, fields: condition) }

        expectError(try get("users"), 401, "missing_token")
        expectError(try get("users", token: "x"), 401, "invalid_token")
        expectError(try get("users", token: unscoped), 403, "insufficient_scope")
        expectError(try get("users?x=1", token: tenant.token), 400, "invalid_parameter", parameter: "x")
        expectError(try get("sessions/\(newID())", token: tenant.token), 404, "not_found")
        expectError(try get("nothing", token: tenant.token), 404, "not_found")
        #expect(try get("users", token: tenant.token).status == 304)
        try stage.database.sql("update api_tokens set revoked_at = now() where tenant_id = $1", tenant.id)
        expectError(try get("users", token: tenant.token), 401, "invalid_token")
    }

    @Test("an error has no tag, whoever makes it")
    func errors() throws {
        let responses = [
            try stage.client.get("users"), try stage.client.get("users?x", token: stage.token),
            try stage.client.get("sessions/x", token: stage.token),
            try stage.client.send(Call("/nothing")), try stage.client.send(Call("/api/v1/users", method: "PUT")),
        ]
        #expect(responses.allSatisfy { $0.status >= 400 && $0.field("ETag") == nil && $0.field("Link") == nil })
    }

    @Test("a list that streams has no tag, so that it is sent again; * alone is 304, since there is one")
    func stream() throws {
        let tenant = try Tenant(stage.database)
        try stage.database.sql(
            "insert into users (tenant_id, full_name, email, role) select $1::uuid, 'User ' || n, 'x', 'rep' from generate_series(1, 1000) n",
            tenant.id
        )
        let whole = try stage.client.get("users", token: tenant.token)
        #expect(whole.isWhole && whole.body.count > 65_536 && whole.field("ETag") == nil && whole.field("Content-Length") == nil)
        let again = try stage.client.get("users", token: tenant.token, fields: ["If-None-Match: \"0000000000000000\""])
        #expect(again.isWhole && again.body == whole.body)
        for method in ["GET", "HEAD"] {
            let any = try stage.client.get("users", token: tenant.token, method: method, fields: ["If-None-Match: *"])
            #expect(any.status == 304 && any.body.isEmpty && any.field("ETag") == nil && any.field("Content-Type") == nil)
        }
        // Rows that nobody has read are none of the next request's.
        _ = try dataOf(try stage.client.get("scenarios", token: tenant.token))
    }

    @Test("a connection goes on behind a 304")
    func pipelined() throws {
        let tag = try tag(of: "users")
        let one = "GET /api/v1/users HTTP/1.1\r\nHost: debrief.test\r\nAuthorization: Bearer \(stage.token)\r\n"
        let socket = try Socket(stage.deployment.httpSocket)
        let requests = [one + "If-None-Match: \(tag)\r\n\r\n", one + "\r\n", one + "If-None-Match: \(tag)\r\nConnection: close\r\n\r\n"]
        try socket.send(Array(requests.joined().utf8))
        let received = String(decoding: socket.receiveAll(), as: UTF8.self)
        let statuses = received.matches(of: #/HTTP/1\.1 ([0-9]{3}) /#).map { String($0.output.1) }
        #expect(statuses == ["304", "200", "304"])
        #expect(received.hasSuffix("\r\n\r\n"))
    }

    @Test("a part of a body is never sent: Range is not heeded, and not offered")
    func ranges() throws {
        let whole = try stage.client.get("users", token: stage.token)
        for fields in [["Range: bytes=0-9"], ["Range: bytes=0-9", "If-Range: \(whole.field("ETag") ?? "")"], ["Range: bytes=0-1,4-5"]] {
            let response = try stage.client.get("users", token: stage.token, fields: fields)
            #expect(response.status == 200 && response.body == whole.body && response.field("Content-Range") == nil)
            #expect(response.field("Accept-Ranges") == nil)
        }
    }

    @Test("a 304 is one in the access log, the request log and the metrics, with no byte of a body")
    func logs() throws {
        let deployment = try Deployment(stage.database, workers: 1)
        let tag = try tag(of: "scenarios")
        let id = newID()
        let fields = ["If-None-Match: \(tag)", "X-Request-Id: \(id)"]
        #expect(try deployment.client.get("scenarios", token: stage.token, fields: fields).status == 304)

        let access = try #require(try deployment.accessLine(ofRequest: id))
        #expect(access["status"]?.number == 304 && access["bytes"]?.number == 0 && access["upstream_status"]?.string == "304")
        var entry: JSONValue?
        try eventually {
            let line = deployment.log.split(separator: "\n").first { $0.contains(id) }
            entry = line.flatMap { JSONValue(parsing: Array($0.utf8)) }
            return entry != nil
        }
        #expect(entry?["status"]?.number == 304 && entry?["bytes"]?.number == 0 && entry?["level"]?.string == "info")
        let metrics = try deployment.operatorClient.send("GET /metrics HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n").text
        #expect(metrics.contains(#"debrief_request_duration_seconds_count{endpoint="list_scenarios",status="304"} 1"#), "\(metrics)")
    }
}
