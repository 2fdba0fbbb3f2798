import Support
import Testing

@testable import Pool

@Suite("top's reader of a status")
struct TopStatusTests {
    @Test("what the master writes is read as it is")
    func status() {
        let status = TopStatus.of(
            PoolSnapshot.well.with { pool in
                pool.braked = 1
                pool.lastDeath = WorkerDeath(pid: 7, cause: .signal, code: 9, at: PoolSnapshot.noon)
                pool.restarts[.signal] = 3
                (pool.workers[1].endpoint, pool.workers[1].lastStatus) = ("list_users", 200)
                pool.requests = [
                    .init(endpoint: "list_users", status: 200, histogram: Histogram([(400, 5)])),
                    .init(endpoint: "list_users", status: 503, histogram: Histogram([(900, 2)])),
                    .init(endpoint: nil, status: 404, histogram: Histogram([(31_000_000, 1)])),
                ]
            },
            at: 9
        )
        #expect(status.takenAt == 9 && status.version == Version.current && status.phase == "running")
        #expect(status.faults == ["1 held back for a pause after early deaths, the last by signal 9 (KILL)"])
        #expect((status.master, status.uptimeSeconds, status.generation, status.wanted) == (4_711, 3_600, 1, 2))
        #expect(status.startedAt == "2026-05-06T16:00:00Z")
        #expect((status.range, status.queue, status.queueLimit, status.oldestRequestMilliseconds) == (2...8, 3, 1_024, 12))
        #expect((status.restarts, status.lastDeath) == (3, "signal 9 (KILL)"))
        #expect(status.bounds == RequestTally.bounds)
        #expect(status.workers.map(\.pid) == [5_000, 5_001] && status.workers.map(\.state) == ["idle", "busy"])
        #expect(status.workers[1].requestMilliseconds == 12 && status.workers[1].endpoint == "list_users" && status.workers[1].lastStatus == 200)
        #expect(status.workers[0].requestMilliseconds == nil && status.workers[0].endpoint == nil && status.workers[0].lastStatus == nil)
        #expect(status.endpoints.map(\.name) == ["list_users", "none"])
        #expect((status.endpoints[0].requests, status.endpoints[0].errors) == (7, 2))
        #expect(status.endpoints[0].buckets?.prefix(3) == [5, 2, 0] && status.endpoints[1].buckets?.last == 1)
    }

    @Test("numbers that no pool has are taken for the largest that can be added up, or for 0, and nothing ends by them")
    func hugeNumbers() throws {
        func status(_ number: String, at time: Int) throws -> TopStatus {
            let requests = #"{"endpoint":"a","status":200,"count":\#(number),"buckets":[\#(number),\#(number)]}"#
            let json = """
                {"phase":"running","master":1,"uptime_seconds":\(number),"bounds_microseconds":[1,\(number)],
                "requests":[\(requests),\(requests)],"workers":[{"pid":1,"slot":0,"state":"idle","requests":\(number)}]}
                """
            return try #require(TopStatus(parsing: json, takenAt: time))
        }
        for (first, second) in [("0", "9223372036854774784"), ("-9.2e18", "9.2e18"), ("1e308", "-1e308"), ("9e18", "9e18")] {
            var pool = TopPool()
            pool.take(try status(first, at: 1_000))
            pool.take(try status(second, at: 1_001))
            #expect(!TopFrame(pool, TopView(), TerminalSize(columns: 80, rows: 24), .least).lines.isEmpty)
        }
    }

    @Test("of a master of another version all is read that it says, and nothing else is needed but its process and what it is about")
    func otherVersion() throws {
        let old = try #require(
            TopStatus(parsing: #"{"phase":"running","master":1,"new":{"a":[1,[2]]},"workers":[{"pid":3}],"requests":[{}]}"#, takenAt: 0)
        )
        #expect(old.workers.map(\.pid) == [3] && old.queue == nil && old.bounds.isEmpty && old.endpoints.map(\.name) == ["none"])
        for text in ["", "{}", "[]", "null", "not running", #"{"phase":"running"}"#, #"{"phase":"running","master":1"#] {
            #expect(TopStatus(parsing: text, takenAt: 0) == nil, "\(text)")
        }
    }

    @Test("no name moves the cursor, or takes more cells than it has characters")
    func plain() throws {
        let pool = PoolSnapshot.well.with { $0.workers[0].endpoint = "a\u{1B}[2Jb\n\u{7F}ü株e\u{301}" }
        #expect(TopStatus.of(pool, at: 0).workers[0].endpoint == "a?[2Jb????e?")
    }

    @Test(
        "JSON is read as Foundation reads it",
        arguments: [
            "null", "true", " false ", "0", "-0", "10", "-1.5e3", "0.5E+2", "1e-7", #""""#, #""a\"b\\c\/d\b\f\n\r\t""#,
            #""\u00fc\u682a\ud83d\ude00""#, "\"ü株😀\"", "[]", "{}",
            "[1, 2,3 ]", #"{"a":{"b":[null,true,{"c":"d"}]}, "e" : 1}"#, #"[[[[[[[[1]]]]]]]]"#,
        ]
    )
    func json(_ text: String) throws {
        let ours = try #require(JSONTree(parsing: text))
        #expect(JSONValue(ours) == JSONValue(parsing: Array(text.utf8)))
    }

    @Test(
        "what is no JSON is none",
        arguments: [
            "", " ", "nul", "tru e", "1 2", "--1", "\"", "\"a", "\"\\x\"", #""\ud83d""#, #""\ude00""#, "\"\n\"", "[", "[1", "[1,", "[1,]", "[,1]",
            "01", "+1", "-", "1.", ".5", "1e", "1e+", "{", #"{"a"}"#, #"{"a":}"#, #"{"a":1,}"#, "{1:2}", "]", String(repeating: "[", count: 100_000),
        ]
    )
    func notJSON(_ text: String) { #expect(JSONTree(parsing: text) == nil) }
}

extension JSONValue {
    fileprivate init(_ tree: JSONTree) {
        self =
            switch tree {
            case .null: .null
            case .bool(let bool): .bool(bool)
            case .number(let number): .number(number)
            case .string(let text): .string(text)
            case .array(let elements): .array(elements.map(JSONValue.init))
            case .object(let members): .object(members.mapValues(JSONValue.init))
            }
    }
}
