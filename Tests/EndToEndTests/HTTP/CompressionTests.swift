import Foundation
import Support
import Testing

/// Compressed bytes and what they are, by gzip itself.
func unzipped(_ bytes: [UInt8]) throws -> (isWhole: Bool, text: String) {
    let folder = Run.makeFolder("gzip", for: .invoker)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    try Data(bytes).write(to: URL(filePath: "\(folder)/in"))
    let gzip = try ChildProcess(["/usr/bin/gzip", "-dc"], input: "\(folder)/in", output: "\(folder)/out", errors: "\(folder)/err")
    return (gzip.wait() == 0, gzip.output)
}

@Suite("gzip")
struct CompressionTests {
    private static let accepting = "Accept-Encoding: gzip, deflate, br, zstd"
    private let stage: Stage

    init() throws { stage = try Stage.shared() }

    private func get(_ path: String, method: String = "GET", _ fields: [String] = [accepting]) throws -> Client.Response {
        try stage.client.get(path, token: stage.token, method: method, fields: fields)
    }

    @Test(
        "who accepts it gets a page compressed, whoever he comes through, with the tag weakened",
        arguments: [[accepting], ["Accept-Encoding: gzip"], [accepting, "Via: 1.1 proxy"], ["Accept-Encoding: br;q=1.0, gzip;q=0.8, *;q=0.1"]]
    )
    func compressed(fields: [String]) throws {
        let plain = try get("sessions?limit=50", [])
        let response = try get("sessions?limit=50", fields)
        expectCommonFields(response)
        #expect(response.status == 200 && response.isWhole && response.field("Content-Encoding") == "gzip")
        let unzipped = try unzipped(response.body)
        #expect(unzipped.isWhole && unzipped.text == plain.text)
        #expect(response.body.count * 3 < plain.body.count, "\(response.body.count) of \(plain.body.count)")
        #expect(response.field("ETag") == plain.field("ETag").map { "W/\($0)" })
        #expect(response.field("Link") == plain.field("Link"))
        #expect(response.field("Content-Length") == nil)
    }

    @Test(
        "who does not accept it gets it as it is",
        arguments: [[], ["Accept-Encoding: identity"], ["Accept-Encoding: gzip;q=0"], ["Accept-Encoding: br"], ["Accept-Encoding:"]]
    )
    func plain(fields: [String]) throws {
        let response = try get("sessions?limit=50", fields)
        #expect(response.field("Content-Encoding") == nil && response.field("Content-Length") == "\(response.body.count)")
        #expect(response.field("ETag")?.hasPrefix("\"") == true)
        _ = try dataOf(response)
    }

    @Test(
        "what fits a packet is not compressed, nor is an error",
        arguments: ["sessions?limit=1", "analytics/summary?to=2026-05-07", "nothing", "users?x"]
    )
    func small(path: String) throws {
        let response = try get(path)
        #expect(response.field("Content-Encoding") == nil && response.json != nil)
        expectCommonFields(response)
    }

    @Test("HTTP/1.0, which could not tell its end, is not compressed")
    func oldVersion() throws {
        let response = try stage.client.send(Call("/api/v1/sessions", version: "HTTP/1.0", token: stage.token, fields: [Self.accepting]))
        #expect(response.field("Content-Encoding") == nil && response.isWhole)
    }

    @Test("a compressed response's tag is known again: 304, with or without compression")
    func notModified() throws {
        let tag = try #require(try get("users").field("ETag"))
        #expect(tag.hasPrefix("W/"))
        for fields in [[Self.accepting], []] {
            let response = try get("users", fields + ["If-None-Match: \(tag)"])
            #expect(response.status == 304 && response.field("ETag") == tag && response.field("Content-Encoding") == nil)
        }
    }

    @Test("HEAD has GET's fields where GET is compressed", arguments: endpoints)
    func head(path: String) throws {
        let path = path == "analytics/summary" ? path + "?to=2026-05-07" : path
        let fields = [Self.accepting, "X-Request-Id: head"]
        let (get, head) = (try get(path, fields), try get(path, method: "HEAD", fields))
        #expect(head.body.isEmpty && head.status == 200)
        // The way of the body over the connection is none of the response's fields.
        #expect(Answer(head).fields == Answer(get, without: ["Transfer-Encoding"]).fields)
    }

    @Test("over HTTP/2 as over HTTP/1.1", arguments: [true, false])
    func secure(http2: Bool) throws {
        let stage = try SecureStage.shared()
        let words =
            stage.client.command(http2: http2) + [
                "-i", "--compressed", "-H", "Authorization: Bearer \(stage.token)", "https://\(NginxSite.name)/api/v1/sessions?limit=50",
            ]
        let curl = try run(words)
        let response = Client.Response(parsing: Array(curl.output.utf8), isHead: false)
        #expect(curl.status == 0 && response.status == 200 && response.field("Content-Encoding") == "gzip")
        #expect(response.field("ETag")?.hasPrefix("W/\"") == true)
        // curl has taken the chunks of HTTP/1.1 apart, but still prints their field.
        let body = try #require(curl.output.range(of: "\r\n\r\n")).upperBound
        #expect(try curl.output[body...] == self.stage.client.get("sessions?limit=50", token: self.stage.token).text)
        let tag = try #require(response.field("ETag"))
        let again = try stage.client.ask("/api/v1/sessions?limit=50", http2: http2, token: stage.token, fields: ["If-None-Match: \(tag)"])
        #expect(again.exit == 0 && again.response.status == 304 && again.response.field("ETag") == tag)
    }
}
