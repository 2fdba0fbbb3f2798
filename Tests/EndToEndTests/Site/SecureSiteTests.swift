import Foundation
import Support
import Testing

/// A request over TLS, and what becomes of it.
struct SecureCall: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let status: Int
    let code: String
    let path: String
    var method = "GET"
    var fields: [String] = []
    var body: String?

    private static let long = String(repeating: "~", count: 9_000)
    private static let path = "/api/v1/sessions"

    /// The tilde is sent as it is over HTTP/2, whose code for it is longer.
    static let all: [SecureCall] = [
        SecureCall(testDescription: "no token", status: 401, code: "missing_token", path: path),
        SecureCall(testDescription: "a wrong token", status: 401, code: "invalid_token", path: path, fields: ["Authorization: Bearer x"]),
        SecureCall(testDescription: "an unknown path of a worker's", status: 404, code: "not_found", path: "/api/v1/nothing"),
        SecureCall(testDescription: "an unknown path of nginx's", status: 404, code: "not_found", path: "/nothing"),
        SecureCall(testDescription: "the error page's own path and query", status: 404, code: "not_found", path: "/_error?https"),
        SecureCall(testDescription: "a method", status: 405, code: "method_not_allowed", path: path, method: "DELETE"),
        SecureCall(testDescription: "TRACE", status: 405, code: "method_not_allowed", path: path, method: "TRACE"),
        SecureCall(testDescription: "%00", status: 400, code: "bad_request", path: "/api/v1/%00"),
        SecureCall(testDescription: "above the root", status: 400, code: "bad_request", path: "/../api"),
        SecureCall(
            testDescription: "two Authorizations",
            status: 400,
            code: "bad_request",
            path: path,
            fields: ["Authorization: Bearer a", "Authorization: Bearer b"]
        ),
        SecureCall(
            testDescription: "fields of 35 kB",
            status: 400,
            code: "bad_request",
            path: path,
            fields: (0..<5).map { "X-\($0): " + String(long.prefix(7_000)) }
        ),
        SecureCall(testDescription: "a path of 9 kB", status: 414, code: "uri_too_long", path: "/api/v1/\(long)"),
        SecureCall(testDescription: "a query of 9 kB", status: 414, code: "uri_too_long", path: "\(path)?limit=\(long)"),
        SecureCall(
            testDescription: "a body of 64 kB and a byte",
            status: 413,
            code: "payload_too_large",
            path: path,
            method: "POST",
            body: String(repeating: "a", count: 65_537)
        ),
        SecureCall(
            testDescription: "such a body, of unknown length",
            status: 413,
            code: "payload_too_large",
            path: path,
            method: "POST",
            fields: ["Transfer-Encoding: chunked"],
            body: String(repeating: "a", count: 65_537)
        ),
        SecureCall(testDescription: "another host", status: 421, code: "misdirected_request", path: path, fields: ["Host: other.test"]),
    ]
}

@Suite("The site over TLS")
struct SecureSiteTests {
    private static let hsts = "max-age=63072000"
    private let stage: SecureStage

    init() throws { stage = try SecureStage.shared() }

    @Test("a call is answered over HTTP/2 and over HTTP/1.1, and tells clients to come by TLS only", arguments: [true, false], ["GET", "HEAD"])
    func answer(http2: Bool, method: String) throws {
        let answer = try stage.client.ask("/api/v1/sessions?limit=1", http2: http2, method: method, token: stage.token)
        #expect(answer.exit == 0 && answer.version == (http2 ? "HTTP/2" : "HTTP/1.1"), "\(answer)")
        #expect(answer.response.status == 200 && answer.response.body.isEmpty == (method == "HEAD"))
        expectCommonFields(answer.response)
        #expect(answer.response.fields.filter { $0.name.lowercased() == "strict-transport-security" }.map(\.value) == [Self.hsts])
    }

    @Test("each error has its JSON and tells clients to come by TLS only, over HTTP/2 and over HTTP/1.1", arguments: SecureCall.all, [true, false])
    func errors(call: SecureCall, http2: Bool) throws {
        let answer = try stage.client.ask(call.path, http2: http2, method: call.method, fields: call.fields, body: call.body)
        #expect(answer.exit == 0 && answer.version == (http2 ? "HTTP/2" : "HTTP/1.1"), "\(answer)")
        expectError(answer.response, call.status, call.code)
        #expect(answer.response.field("Strict-Transport-Security") == Self.hsts)
        #expect(answer.response.json?["error"]?["message"]?.string?.contains("plain HTTP") == false)
    }

    @Test("fields of 30 kB, and a request line of 8 kB, are no fault", arguments: [true, false])
    func withinLimits(http2: Bool) throws {
        let fields = (0..<4).map { "X-\($0): " + String(repeating: "~", count: 7_400) }
        let answer = try stage.client.ask("/api/v1/sessions?limit=1", http2: http2, token: stage.token, fields: fields)
        #expect(answer.response.status == 200, "\(answer)")
        let long = try stage.client.ask("/api/v1/" + String(repeating: "~", count: 8_100), http2: http2)
        expectError(long.response, 404, "not_found")
    }

    @Test("what is far too large over HTTP/2 ends the connection")
    func farTooLarge() throws {
        let answer = try stage.client.ask("/api/v1/" + String(repeating: "~", count: 40_000))
        #expect(answer.exit != 0 && answer.response.status == 0, "\(answer)")
    }

    @Test("plain HTTP gets no data and is not led on, whatever token it has, neither at TLS's port nor at its own")
    func plainHTTP() throws {
        for client in [stage.deployment.client, stage.plain] {
            for path in ["/api/v1/sessions?limit=1", "/", "/nothing?https"] {
                let response = try client.send(Call(path, token: stage.token))
                expectError(response, 400, "bad_request")
                #expect(response.json?["error"]?["message"]?.string?.contains("plain HTTP") == true, "\(response.text)")
                #expect(response.field("Location") == nil && response.field("Strict-Transport-Security") == nil)
            }
        }
    }

    @Test("a certificate authority finds its proof over plain HTTP, and nothing else is there to find")
    func challenge() throws {
        let base = "/.well-known/acme-challenge"
        let folder = "\(stage.deployment.folder)/nginx/acme\(base)"
        try FileManager.default.createDirectory(atPath: "\(folder)/below", withIntermediateDirectories: true)
        for name in ["LoqXcYV8_q-1", ".hidden", "below/file"] { try "proof".write(toFile: "\(folder)/\(name)", atomically: false, encoding: .utf8) }
        let found = try stage.plain.send(Call("\(base)/LoqXcYV8_q-1"))
        #expect(found.status == 200 && found.text == "proof" && found.field("Content-Type") == "text/plain")
        expectError(try stage.plain.send(Call("\(base)/nothing")), 404, "not_found")
        for path in ["\(base)/", base, "\(base)/.hidden", "\(base)/below/file", "\(base)/../../api/v1/users", "/.well-known/"] {
            expectError(try stage.plain.send(Call(path)), 400, "bad_request", "\(path)")
        }
    }

    @Test("a response that a lost worker leaves unfinished is an error to an HTTP/2 client, too", arguments: [false, true])
    func cut(isCompressed: Bool) throws {
        let database = try Cluster.shared.get().makeDatabase(demo: false)
        let tenant = try Tenant(database)
        try database.sql(
            """
            insert into users (tenant_id, full_name, email, role)
            select $1::uuid, 'User ' || lpad(number::text, 9, '0') || repeat(' and so on', 20), 'x', 'rep' from generate_series(1, 9999) number
            """,
            tenant.id
        )
        // The last user never comes.
        try database.script(
            """
            create function wait() returns boolean language plpgsql as $$ begin perform pg_sleep(60); return true; end $$;
            grant execute on function wait() to debrief_api;
            create policy wait on users as restrictive for select to debrief_api
                using (case when full_name like 'User 000009999%' then wait() else true end);
            """
        )
        let deployment = try Deployment(database, workers: 1, site: .tls)
        let client = SecureClient(deployment)
        let curl = try ChildProcess(
            client.command(http2: true) + (isCompressed ? ["--compressed"] : []) + [
                "-H", "Authorization: Bearer \(tenant.token)", "https://\(NginxSite.name)/api/v1/users",
            ],
            output: "\(deployment.folder)/curl.out",
            errors: "\(deployment.folder)/curl.err"
        )
        try eventually { curl.output.utf8.count > 100_000 }
        let victims = deployment.workers
        for victim in victims { kill(victim, SIGKILL) }
        // CURLE_HTTP2_STREAM: the server has reset the stream.
        #expect(curl.wait() == 92)
        let errors = try String(contentsOfFile: "\(deployment.folder)/curl.err", encoding: .utf8)
        #expect(errors.contains("not closed cleanly: INTERNAL_ERROR"), "\(errors)")
        #expect(JSONValue(parsing: Array(curl.output.utf8)) == nil && curl.output.hasPrefix(#"{"ok":true,"data":["#))
    }
}
