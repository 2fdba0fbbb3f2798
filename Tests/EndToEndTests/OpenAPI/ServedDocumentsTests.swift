import Foundation
import Support
import Testing

/// The documents as nginx serves them. None of these calls gets to a worker.
@Suite("The documents, as they are served")
struct ServedDocumentsTests {
    private static let paths = ["/", "/docs", "/api/v1/openapi.json"]

    private let client: Client

    init() throws { client = try Stage.shared().client }

    private func file(_ path: String) throws -> String {
        try String(contentsOfFile: "\(NginxSite.documents.get())/\(path.hasSuffix("json") ? "openapi.json" : "index.html")", encoding: .utf8)
    }

    @Test("are what `debrief docs` and `debrief openapi` write, byte for byte, without a token and with any", arguments: paths)
    func bytes(path: String) throws {
        let text = try file(path)
        for call in [Call(path), Call(path, token: "x"), Call("\(path)?a=b"), Call(path, fields: ["Range: bytes=0-1"]), Call("http://x\(path)")] {
            let response = try client.send(call)
            #expect(response.status == 200 && response.isWhole)
            #expect(response.text == text)
        }
        if path.hasSuffix("json") { #expect(try run([Run.binary, "openapi"]).output == text) }
    }

    @Test("have the fields that all responses have, may be kept by anybody who asks again, and cannot be framed", arguments: paths)
    func fields(path: String) throws {
        for method in ["GET", "HEAD"] {
            let response = try client.send(Call(path, method: method, fields: ["X-Request-Id: mine"]))
            let wanted = [
                "Content-Type": path.hasSuffix("json") ? "application/json" : "text/html; charset=utf-8", "X-Request-Id": "mine",
                "Content-Length": "\(try file(path).utf8.count)", "Cache-Control": "public, no-cache", "Vary": "Accept-Encoding",
                "X-Content-Type-Options": "nosniff", "Content-Security-Policy": "frame-ancestors 'none'; base-uri 'none'; form-action 'none'",
            ]
            for (name, value) in wanted { #expect(response.field(name) == value, "\(method) \(name)") }
            #expect(response.body.isEmpty == (method == "HEAD"))
        }
    }

    @Test("are 304 for whoever has them already", arguments: paths)
    func kept(path: String) throws {
        let tag = try #require(try client.send(Call(path)).field("ETag"))
        for given in [tag, "W/\(tag)", "\"x\", \(tag)", "*"] {
            let response = try client.send(Call(path, fields: ["If-None-Match: \(given)"]))
            #expect(response.status == 304 && response.body.isEmpty, "\(given)")
            #expect(response.field("ETag") == tag && response.field("X-Request-Id") != nil, "\(given)")
        }
        #expect(try client.send(Call(path, fields: ["If-None-Match: \"x\""])).status == 200)
    }

    @Test("take GET and HEAD only; other errors are as everywhere", arguments: paths)
    func methods(path: String) throws {
        for method in ["POST", "PUT", "DELETE", "OPTIONS", "PATCH", "PROPFIND", "M-SEARCH", "GETS", "G", "TRACE"] {
            expectError(try client.send(Call(path, method: method)), 405, "method_not_allowed", "\(method)")
        }
        for field in ["If-Match: \"x\"", "If-Unmodified-Since: Thu, 01 Jan 1970 00:00:00 GMT"] {
            expectError(try client.send(Call(path, fields: [field])), 400, "bad_request", "\(field)")
        }
        expectError(try client.send(Call(path, fields: ["Content-Length: 65537"])), 413, "payload_too_large")
        expectError(try client.send(Call("\(path)?\(String(repeating: "a", count: 9_000))")), 414, "uri_too_long")
        let many = (0..<5).map { "X-\($0): " + String(repeating: "a", count: 7_000) }
        expectError(try client.send(Call(path, fields: many)), 400, "bad_request")
    }

    @Test(
        "are at no other path",
        arguments: [
            "/docs/", "/docs/index.html", "/index.html", "/openapi.json", "/%64ocs", "/docs%3Fa", "/docs%20", "/Docs", "/x/../docs", "/docs/../docs",
            "//docs", "//", "/.", "/docs#errors", "/#", "/api/v1/openapi", "/api/v1/openapi.json/", "/api/v1/%6fpenapi.json", "/api/v1//openapi.json",
            "/api/v1/OpenAPI.json", "/api/openapi.json", "/_error/docs",
        ]
    )
    func otherPaths(path: String) throws {
        for method in ["GET", "POST"] { expectError(try client.send(Call(path, method: method)), 404, "not_found", "\(method)") }
    }

    @Test("have the rate limit that calls have", arguments: paths)
    func limited(path: String) throws {
        let site = try DocumentSite(addressRate: 1)
        var response = try site.client.send(Call(path))
        #expect(response.status == 404)
        // A machine that is slow enough for one a second gets none of them refused.
        try eventually {
            response = try site.client.send(Call(path))
            return response.status == 429
        }
        expectError(response, 429, "rate_limited")
    }

    @Test("that cannot be read are 500, and that are not there 404, as JSON", .enabled(if: Run.isRoot))
    func missing() throws {
        let site = try DocumentSite()
        try "x".write(toFile: "\(site.documents)/index.html", atomically: false, encoding: .utf8)
        #expect(try site.client.send(Call("/docs")).text == "x")
        chmod("\(site.documents)/index.html", 0o600)
        expectError(try site.client.send(Call("/docs")), 500, "internal_error")
        expectError(try site.client.send(Call("/api/v1/openapi.json")), 404, "not_found")
    }
}
