import Testing

@testable import Pool

@Suite("What an operator asks for")
struct OperatorCallTests {
    @Test(
        "is found by path, method, query and Accept",
        arguments: [
            ("GET", "/live", "", OperatorCall.live), ("HEAD", "/live?x", "", .live), ("GET", "/ready", "", .ready), ("GET", "/metrics", "", .metrics),
            ("GET", "/status", "", .status(isJSON: false)), ("GET", "/status?json", "", .status(isJSON: true)),
            ("GET", "/status?full&json", "", .status(isJSON: true)), ("GET", "/status?jsonp", "", .status(isJSON: false)),
            ("GET", "/status", "*/*", .status(isJSON: false)), ("GET", "/status", "application/json", .status(isJSON: true)),
            ("GET", "/status", "text/html,application/xhtml+xml,*/*;q=0.8", .status(isJSON: false)),
            ("GET", "/status", "application/json, text/plain, */*", .status(isJSON: true)),
            ("GET", "/status", "application/json;q=0.5, text/html", .status(isJSON: false)),
            ("GET", "/status", "text/html;q=0.5, Application/JSON ; q=0.9", .status(isJSON: true)),
            ("GET", "/status", "application/json;q=0, */*", .status(isJSON: false)),
            ("GET", "/", "", .unknown), ("POST", "/nothing", "", .unknown), ("GET", "/live/", "", .unknown), ("GET", "", "", .unknown),
            ("POST", "/live", "", .notAllowed), ("get", "/live", "", .notAllowed), ("", "/status?json", "", .notAllowed),
        ]
    )
    func call(method: String, uri: String, accept: String, call: OperatorCall) {
        #expect(OperatorCall(method: method, uri: uri, accept: accept) == call)
    }

    @Test("each answer says its length in bytes, and is kept by nobody")
    func heads() {
        for call in [OperatorCall.live, .ready, .metrics, .status(isJSON: true), .status(isJSON: false), .unknown, .notAllowed] {
            let answer = call.answer(.any) { .well }
            #expect(answer.head.contains("\r\nContent-Length: \(answer.body.utf8.count)\r\n"))
            #expect(answer.head.contains("\r\nCache-Control: no-store\r\n"))
            #expect(answer.head.hasSuffix("\r\n\r\n"))
        }
    }

    @Test("readiness is 503 with what is wrong where requests are not to be sent here")
    func ready() {
        let stopped = OperatorCall.ready.answer(.any) { PoolSnapshot.well.with { $0.phase = .stopping } }
        #expect(stopped.status == "503 Service Unavailable")
        #expect(stopped.body == "the pool is stopping\n")
        let starting = OperatorCall.ready.answer(.any) {
            PoolSnapshot.well.with {
                $0.startedAt = $0.takenAt
                $0.workers = []
            }
        }
        #expect(starting.body == "not ready\n")
    }
}
