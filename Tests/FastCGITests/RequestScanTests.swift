import Support
import Testing

@testable import FastCGI

@Suite("Which bytes are a request")
struct RequestScanTests {
    private typealias Records = FastCGIRecord

    /// Types of records, specification §8.
    private enum Kind {
        static let begin: UInt8 = 1
        static let abort: UInt8 = 2
        static let params: UInt8 = 4
        static let stdin: UInt8 = 5
        static let getValues: UInt8 = 9
    }

    private static let parameters = Records.pair("REQUEST_METHOD", "GET") + Records.pair("REQUEST_URI", "/api/v1/sessions")
    private static let begin = Records.begin()
    private static let params = Records.record(type: Kind.params, parameters)
    private static let paramsEnd = Records.record(type: Kind.params, [])
    private static let stdinEnd = Records.record(type: Kind.stdin, [])

    /// Names and bytes of whole requests.
    static let whole: [(name: String, bytes: [UInt8])] = [
        ("as nginx sends it", begin + params + paramsEnd + stdinEnd),
        ("without parameters", begin + paramsEnd + stdinEnd),
        ("parameters in several records", begin + params + params + paramsEnd + stdinEnd),
        (
            "a pair that is cut by a record's end",
            begin + Records.record(type: 4, Array(parameters[..<5])) + Records.record(type: 4, Array(parameters[5...])) + paramsEnd + stdinEnd
        ),
        ("a body", begin + params + paramsEnd + Records.record(type: Kind.stdin, [1, 2, 3]) + stdinEnd),
        (
            "padding",
            begin + Records.record(type: 4, parameters, padding: 7) + paramsEnd + Records.record(type: 5, [1, 2, 3], padding: 255) + stdinEnd
        ),
        ("another id", Records.request([("REQUEST_METHOD", "GET")], id: 65_535)),
    ]

    /// Names and bytes of what can never become a request.
    static let malformed: [(name: String, bytes: [UInt8])] = [
        ("garbage", Array("GET / HTTP/1.1\r\n\r\n".utf8)),
        ("zeros", [UInt8](repeating: 0, count: 8)),
        ("version 0", Records.record(type: 1, [0, 1, 1, 0, 0, 0, 0, 0], version: 0)),
        ("version 2", Records.record(type: 1, [0, 1, 1, 0, 0, 0, 0, 0], version: 2)),
        ("version 2 later on", begin + Records.record(type: 4, [], version: 2)),
        ("id 0", Records.request([], id: 0)),
        ("another id later on", begin + Records.record(type: 4, id: 2, [])),
        ("another id of the body", begin + paramsEnd + Records.record(type: 5, id: 2, [])),
        ("an authorizer", Records.begin(role: 2) + paramsEnd + stdinEnd),
        ("a filter", Records.begin(role: 3) + paramsEnd + stdinEnd),
        ("role 257", Records.begin(role: 257) + paramsEnd + stdinEnd),
        ("role 0", Records.begin(role: 0)),
        ("a beginning of 7 bytes", Records.record(type: 1, [0, 1, 1, 0, 0, 0, 0])),
        ("a beginning of none", Records.record(type: 1, [])),
        ("a beginning of 16 bytes", Records.record(type: 1, [UInt8](repeating: 0, count: 16))),
        ("a padded beginning", Records.record(type: 1, [0, 1, 1, 0, 0, 0, 0, 0], padding: 8) + paramsEnd + stdinEnd),
        ("a padded end of the parameters", begin + params + Records.record(type: 4, [], padding: 8) + stdinEnd),
        ("a padded end of the body", begin + params + paramsEnd + Records.record(type: 5, [], padding: 8)),
        ("a second beginning", begin + begin),
        ("parameters first", params),
        ("a body before the parameters' end", begin + params + stdinEnd),
        ("parameters behind their end", begin + paramsEnd + params),
        ("an abort", begin + Records.record(type: Kind.abort, [])),
        ("an abort at the parameters' end", begin + params + paramsEnd + Records.record(type: Kind.abort, [])),
        ("an end", begin + Records.record(type: 3, [UInt8](repeating: 0, count: 8))),
        ("a response", begin + Records.record(type: 6, [65])),
        ("a filter's data", begin + paramsEnd + Records.record(type: 8, [])),
        ("type 0", Records.record(type: 0, [])),
        ("an unknown type", Records.record(type: 200, id: 0, [])),
        ("a record of management", Records.record(type: Kind.getValues, id: 0, Records.pair("FCGI_MPXS_CONNS", ""))),
        ("the one that overruns libfcgi's buffer", Records.record(type: Kind.getValues, id: 0, fourTimes)),
        ("that one within a request", begin + Records.record(type: Kind.getValues, id: 0, fourTimes) + params + paramsEnd + stdinEnd),
        ("that one with the request's id", begin + Records.record(type: Kind.getValues, id: 1, fourTimes)),
        ("a value that is longer than what is there", withParameters([1, 2, 65, 66])),
        ("a name that is longer than what is there", withParameters([5, 0, 65, 66])),
        ("a length alone", withParameters([1])),
        ("a length that is cut", withParameters([128, 0, 0])),
        ("a second length that is cut", withParameters([1, 128, 0, 0])),
        ("lengths without bytes", withParameters([1, 1])),
        // Their sum overflows what libfcgi allocates.
        ("the largest lengths", withParameters([UInt8](repeating: 255, count: 8) + [65, 66, 67])),
        ("a good pair, then a bad one", withParameters(parameters + [3, 3, 65])),
        ("a byte behind the end", Records.request([]) + [0]),
        ("a second request", Records.request([]) + Records.request([])),
    ]

    private static func withParameters(_ content: [UInt8]) -> [UInt8] { begin + Records.record(type: 4, content) + paramsEnd + stdinEnd }

    private static let fourTimes = (0..<4).flatMap { _ in Records.pair("FCGI_MAX_CONNS", "") }

    private func scan(_ bytes: some Collection<UInt8>) -> RequestScan {
        let bytes = Array(bytes)
        return RequestScan(bytes.span.bytes)
    }

    @Test("a whole request is complete, and each beginning of it is not yet", arguments: whole.indices)
    func wholeRequest(index: Int) {
        let (name, bytes) = Self.whole[index]
        #expect(scan(bytes) == .complete, "\(name)")
        for length in 0..<bytes.count where scan(bytes.prefix(length)) != .incomplete {
            Issue.record("\(name): \(length) bytes are \(scan(bytes.prefix(length)))")
        }
    }

    @Test("what can never become a request is found to be so, whatever would follow", arguments: malformed.indices)
    func malformedRequest(index: Int) {
        let (name, bytes) = Self.malformed[index]
        #expect(scan(bytes) == .malformed, "\(name)")
        #expect(scan(bytes + Records.request([])) == .malformed, "\(name), and more")
        for length in 0..<bytes.count where scan(bytes.prefix(length)) == .complete {
            // The bytes before a surplus are whole.
            #expect(name == "a byte behind the end" || name == "a second request", "\(name): \(length) bytes are complete")
        }
    }

    @Test("a record that says it is longer than what is there is not complete")
    func longRecord() {
        let long = Self.begin + Records.record(type: 4, [UInt8](repeating: 0, count: 65_534), padding: 255)
        #expect(scan(long) == .incomplete)
        #expect(scan(long.prefix(1_000)) == .incomplete)
        #expect(scan(long + Self.paramsEnd + Self.stdinEnd) == .complete)
    }

    @Test("random bytes are never a request")
    func random() {
        var generator = SeededGenerator(seed: 51)
        for round in 0..<20_000 {
            var bytes = (0..<Int.random(in: 0...80, using: &generator)).map { _ in UInt8.random(in: 0...255, using: &generator) }
            // One in two looks right at its beginning.
            if round % 2 == 0 { bytes = Self.begin + bytes }
            if scan(bytes) == .complete { Issue.record("\(bytes)") }
        }
    }
}
