import Foundation
import Support
import Testing
import Waiting

@testable import FastCGI

@Suite("A request that is read")
struct RequestTests {
    /// Reads a request and returns its four parameters as text.
    private func read(_ bytes: [UInt8], with request: inout Request) throws -> [String] {
        let peer = try Peer()
        let writer = Background { peer.write(bytes) }
        do {
            try Gate().admit(peer.worker, until: .ample)
        } catch {
            peer.closeWorker()
            throw error
        }
        try request.read(from: peer.worker)
        defer { request.finish() }
        try writer.value()
        return [.method, .uri, .authorization, .requestID].map { request.text(of: $0) }
    }

    private func read(_ parameters: [(String, String)]) throws -> [String] {
        var request = makeRequest()
        return try read(FastCGIRecord.request(parameters), with: &request)
    }

    @Test("the parameters of nginx are there by their names, as they were sent")
    func parameters() throws {
        let values = try read([
            ("REQUEST_METHOD", "GET"), ("REQUEST_URI", "/api/v1/sessions?a=%00&b=é"), ("HTTP_AUTHORIZATION", "Bearer x"), ("REQUEST_ID", "id"),
            ("QUERY_STRING", "nobody asks"),
        ])
        #expect(values == ["GET", "/api/v1/sessions?a=%00&b=é", "Bearer x", "id"])
    }

    @Test("a parameter that was not sent is empty, and so is one that was sent empty")
    func missing() throws {
        #expect(try read([]) == ["", "", "", ""])
        #expect(try read([("REQUEST_METHOD", ""), ("REQUEST_URI", "/")]) == ["", "/", "", ""])
    }

    @Test("a name is compared whole")
    func names() throws {
        #expect(try read([("REQUEST_METHODS", "a"), ("REQUEST_METHO", "b"), ("XREQUEST_METHOD", "c"), ("request_method", "d")])[0] == "")
    }

    @Test("of two parameters with one name the first counts")
    func duplicates() throws {
        #expect(try read([("REQUEST_URI", "/first"), ("REQUEST_URI", "/second")])[1] == "/first")
    }

    @Test("a value is read whole, whether its length takes one byte or four", arguments: [1, 126, 127, 128, 129, 255, 256, 8_192, 60_000])
    func lengths(length: Int) throws {
        let value = String((0..<length).map { Character(Unicode.Scalar(UInt8(33 + $0 % 90))) })
        #expect(try read([("REQUEST_METHOD", "GET"), ("REQUEST_URI", value), ("REQUEST_ID", "behind it")]) == ["GET", value, "", "behind it"])
    }

    @Test("a value that is spread over records is read as one")
    func records() throws {
        let pair = FastCGIRecord.pair("REQUEST_URI", "/api/v1/sessions")
        var request = makeRequest()
        for cut in 1..<pair.count {
            let params = FastCGIRecord.record(type: 4, Array(pair[..<cut]), padding: cut % 8) + FastCGIRecord.record(type: 4, Array(pair[cut...]))
            let bytes = FastCGIRecord.begin() + params + FastCGIRecord.record(type: 4, []) + FastCGIRecord.record(type: 5, [])
            #expect(try read(bytes, with: &request)[1] == "/api/v1/sessions")
        }
    }

    @Test("a body, which is of no use, is taken: the connection is not reset")
    func body() throws {
        var request = makeRequest()
        let body = FastCGIRecord.record(type: 5, [UInt8](repeating: 65, count: 20_000))
        let start = FastCGIRecord.begin() + FastCGIRecord.record(type: 4, FastCGIRecord.pair("REQUEST_URI", "/")) + FastCGIRecord.record(type: 4, [])
        #expect(try read(start + body + FastCGIRecord.record(type: 5, []), with: &request)[1] == "/")
    }

    @Test("one value reads request after request, and keeps nothing of the last")
    func reuse() throws {
        var request = makeRequest()
        for number in 0..<200 {
            let uri = number % 2 == 0 ? "/\(number)" : ""
            let parameters = number % 2 == 0 ? [("REQUEST_URI", uri)] : []
            #expect(try read(FastCGIRecord.request(parameters, id: UInt16(number + 1)), with: &request)[1] == uri)
        }
    }

    @Test("whatever passes the gate libfcgi reads: it never comes to refusing a request, which it does as slowly as the peer likes")
    func spoiled() throws {
        var generator = SeededGenerator(seed: 52)
        var request = makeRequest()
        var passed = 0
        for _ in 0..<1_500 {
            var bytes = FastCGIRecord.get("sessions", token: "x")
            for _ in 0..<Int.random(in: 1...3, using: &generator) {
                bytes[Int.random(in: bytes.indices, using: &generator)] = UInt8.random(in: 0...255, using: &generator)
            }
            let scan = RequestScan(bytes.span.bytes)
            guard scan == .complete else { continue }
            passed += 1
            #expect(failure { _ = try read(bytes, with: &request) } == nil, "\(bytes)")
        }
        #expect(passed > 100)
        #expect(try read(FastCGIRecord.request([("REQUEST_URI", "/next")]), with: &request)[1] == "/next")
    }
}
