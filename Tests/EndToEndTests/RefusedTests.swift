import Foundation
import Support
import Testing

/// A request that nginx itself refuses.
struct Refused: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let bytes: [UInt8]
    let status: Int
    let code: String

    init(_ name: String, _ status: Int, _ code: String, _ call: Call) {
        testDescription = name
        bytes = call.bytes
        self.status = status
        self.code = code
    }

    init(_ name: String, _ call: Call) { self.init(name, 400, "bad_request", call) }

    init(_ name: String, raw bytes: [UInt8]) {
        testDescription = name
        self.bytes = bytes
        status = 400
        code = "bad_request"
    }

    private static let path = "/api/v1/sessions"
    private static let chunked = "Transfer-Encoding: chunked"
    private static let long = String(repeating: "a", count: 9_000)
    private static let tooLong = String(repeating: "a", count: 70_000)
    private static let manyFields = (0..<5).map { "X-\($0): " + String(repeating: "a", count: 7_000) }
    private static let noHost = Array("GET /api/v1/sessions HTTP/1.1\r\nConnection: close\r\n\r\n".utf8)
    private static let tls: [UInt8] = [0x16, 0x03, 0x01, 0x02, 0x00, 0x01, 0x00, 0x01, 0xfc, 0x03, 0x03, 0x0d, 0x0a]

    static let malformed: [Refused] = [
        Refused("no Host", raw: noHost),
        Refused("two Hosts", Call(path, fields: ["Host: other.test"])),
        Refused("two Authorizations", Call(path, token: "a", fields: ["Authorization: Bearer b"])),
        Refused("Content-Length and chunked", Call(path, fields: ["Content-Length: 5", chunked], body: "0\r\n\r\n")),
        Refused("two Content-Lengths", Call(path, fields: ["Content-Length: 1", "Content-Length: 1"], body: "a")),
        Refused("a negative Content-Length", Call(path, fields: ["Content-Length: -1"])),
        Refused("a field name with a blank", Call(path, fields: ["X Y: z"])),
        Refused("NUL in a field", Call(path, fields: ["X: a\u{0}b"])),
        Refused("a field of 17 kB", Call(path, fields: ["X: \(long)\(long)"])),
        Refused("fields of 35 kB", Call(path, fields: manyFields)),
        Refused("NUL in the path", Call("\(path)\u{0}")),
        Refused("a control byte in the path", Call("\(path)/\u{1}")),
        Refused("DEL in the query", Call("\(path)?limit=\u{7f}")),
        Refused("%00", Call("\(path)%00")),
        Refused("%zz", Call("/api/v1/%zz")),
        Refused("half an escape", Call("/api/v1/sessions%2")),
        Refused("above the root", Call("/../api/v1/sessions")),
        Refused("above the root, from below", Call("/api/../../api/v1/sessions")),
        Refused("above the root, escaped", Call("/%2e%2e/api/v1/sessions")),
        Refused("a blank in the path", Call("/api/v1/sess ions")),
        Refused("a path without a slash", Call("api/v1/sessions")),
        Refused("a star", Call("*", method: "OPTIONS")),
        Refused("a method in lower case", Call(path, method: "get")),
        Refused("TLS", raw: tls),
        Refused("no HTTP", raw: Array("hello\r\n\r\n".utf8)),
    ]

    static let limits: [Refused] = [
        Refused("a body of 64 kB and a byte", 413, "payload_too_large", Call(path, fields: ["Content-Length: 65537"])),
        Refused(
            "such a body, sent",
            413,
            "payload_too_large",
            Call(path, method: "POST", fields: ["Content-Length: 70000"], body: tooLong)
        ),
        Refused(
            "such a body in chunks",
            413,
            "payload_too_large",
            Call(path, method: "POST", fields: [chunked], body: "11170\r\n\(tooLong)\r\n0\r\n\r\n")
        ),
        Refused("a body too large for an unknown path", 413, "payload_too_large", Call("/api/v1/nothing", fields: ["Content-Length: 65537"])),
        Refused("a path of 9 kB", 414, "uri_too_long", Call("/api/v1/\(long)")),
        Refused("a query of 9 kB", 414, "uri_too_long", Call("\(path)?limit=\(long)")),
        Refused("an unknown Transfer-Encoding", 501, "not_implemented", Call(path, fields: ["Transfer-Encoding: gzip"])),
        Refused("HTTP/2.0", 505, "http_version_not_supported", Call(path, version: "HTTP/2.0")),
        Refused("HTTP/3.7", 505, "http_version_not_supported", Call(path, version: "HTTP/3.7")),
        Refused("TRACE, even where nothing is", 405, "method_not_allowed", Call("/api/v1/nothing", method: "TRACE")),
        Refused("CONNECT, even where nothing is", 405, "method_not_allowed", Call("/api/v1/nothing", method: "CONNECT")),
        Refused("a path that is nginx's own", 404, "not_found", Call("/_error")),
        Refused("the root's neighbours", 404, "not_found", Call("/favicon.ico")),
    ]
}

@Suite("What nginx refuses")
struct RefusedTests {
    @Test("what cannot be parsed is 400 bad_request, as JSON", arguments: Refused.malformed)
    func malformed(refused: Refused) throws {
        expectError(try Stage.shared().client.send(refused.bytes), refused.status, refused.code)
    }

    @Test("nginx's limits have the published status and code", arguments: Refused.limits)
    func limits(refused: Refused) throws {
        expectError(try Stage.shared().client.send(refused.bytes), refused.status, refused.code)
    }

    @Test("a body up to 64 kB, and whatever is in it, changes nothing")
    func body() throws {
        let stage = try Stage.shared()
        let body = String(repeating: "a", count: 65_536)
        let plain = try stage.client.send(Call("/api/v1/sessions?limit=1", token: stage.token))
        let withBody = try stage.client.send(
            Call("/api/v1/sessions?limit=1", token: stage.token, fields: ["Content-Length: 65536"], body: body)
        )
        #expect(try dataOf(withBody) == dataOf(plain))
    }

    @Test("a request line of 8 kB, and fields of 30 kB, are no fault")
    func withinLimits() throws {
        let stage = try Stage.shared()
        let long = try stage.client.send(Call("/api/v1/" + String(repeating: "a", count: 8_100)))
        expectError(long, 404, "not_found")
        let fields = (0..<4).map { "X-\($0): " + String(repeating: "a", count: 7_400) }
        _ = try dataOf(try stage.client.get("sessions?limit=1", token: stage.token, fields: fields))
    }

    @Test("fields cannot pose as the request's own parameters")
    func forgedParameters() throws {
        let stage = try Stage.shared()
        let fields = [
            "Request-Uri: /api/v1/sessions", "REQUEST_METHOD: POST", "HTTP_AUTHORIZATION: Bearer \(stage.token)", "Proxy: http://other.test",
            "X-Original-Url: /api/v1/users", "X-Http-Method-Override: DELETE",
        ]
        expectError(try stage.client.get("sessions", fields: fields), 401, "missing_token")
        _ = try dataOf(try stage.client.get("scenarios", token: stage.token, fields: fields))
    }

    @Test("nginx takes the configuration, in its own instance and included by another")
    func configuration() throws {
        let folder = Run.makeFolder("conf", for: .nginx)
        try NginxSite().render(into: folder, listen: "unix:\(folder)/http.sock", socket: "127.0.0.1:9000", folder: folder)
        let outer = """
            daemon off; pid other.pid; error_log stderr; events {}
            http { include debrief.conf; include debrief-plain.conf; }
            """
        try outer.write(toFile: "\(folder)/other.conf", atomically: false, encoding: .utf8)
        for name in ["nginx.conf", "other.conf"] {
            let checked = try run(["/usr/sbin/nginx", "-t", "-q", "-p", "\(folder)/", "-e", "stderr", "-c", "\(folder)/\(name)"], as: .nginx)
            // With -q it says nothing but warnings and errors. The other instance keeps nginx's default folders, which may be root's.
            #expect(checked.status == 0 || name == "other.conf" && checked.errors.contains("Permission denied"), "\(name): \(checked.errors)")
            #expect(!checked.errors.contains("[warn]") && !checked.errors.contains("unknown"), "\(name): \(checked.errors)")
        }
    }
}
