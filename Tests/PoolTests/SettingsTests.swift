import Support
import Testing

@Suite("Settings that make no sense")
struct SettingsTests {
    private static let refused: [(name: String, value: String)] = [
        ("DEBRIEF_WORKERS", "0"), ("DEBRIEF_WORKERS", "-1"), ("DEBRIEF_WORKERS", "+2"), ("DEBRIEF_WORKERS", ""), ("DEBRIEF_WORKERS", "two"),
        ("DEBRIEF_WORKERS", "1e1"), ("DEBRIEF_WORKERS", " 2"), ("DEBRIEF_WORKERS", "٢"), ("DEBRIEF_WORKERS", "99999999999999999999"),
        ("DEBRIEF_WORKERS", "1025"), ("DEBRIEF_WORKERS", "4..2"),
        ("DEBRIEF_BACKLOG", "0"), ("DEBRIEF_BACKLOG", "many"), ("DEBRIEF_BACKLOG", "65536"),
        ("DEBRIEF_LISTEN", ""), ("DEBRIEF_LISTEN", "0.0.0.0:9000"), ("DEBRIEF_LISTEN", "192.0.2.1:9000"), ("DEBRIEF_LISTEN", "127.0.0.1:0"),
        ("DEBRIEF_LISTEN", "127.0.0.1:70000"), ("DEBRIEF_LISTEN", "127.0.0.1:"), ("DEBRIEF_LISTEN", "[::1]:9000"),
        ("DEBRIEF_LISTEN", "/" + String(repeating: "x", count: 107)),
        ("DEBRIEF_STATEMENT_TIMEOUT", "0"), ("DEBRIEF_STATEMENT_TIMEOUT", "-1s"), ("DEBRIEF_STATEMENT_TIMEOUT", "1 s"),
        ("DEBRIEF_STATEMENT_TIMEOUT", "1d"), ("DEBRIEF_STATEMENT_TIMEOUT", "1.5s"), ("DEBRIEF_STATEMENT_TIMEOUT", "never"),
        // Not below the request's limit, 30 s; and that not below nginx's, 35 s.
        ("DEBRIEF_STATEMENT_TIMEOUT", "30s"), ("DEBRIEF_REQUEST_TIMEOUT", "10s"), ("DEBRIEF_REQUEST_TIMEOUT", "35s"),
        ("DEBRIEF_REQUEST_TIMEOUT", ""), ("DEBRIEF_DRAIN_TIMEOUT", "0s"), ("DEBRIEF_DRAIN_TIMEOUT", "61m"),
        ("DEBRIEF_CONTROL", ""), ("DEBRIEF_CONTROL", "/" + String(repeating: "x", count: 95)), ("DEBRIEF_LOG", ""),
        ("DEBRIEF_LOG_LEVEL", "loud"), ("DEBRIEF_LOG_LEVEL", ""),
    ]

    @Test("each is refused with 64 and one line that names it, before anything is started", arguments: refused.indices)
    func refusedSetting(index: Int) throws {
        let (name, value) = Self.refused[index]
        let environment = ["DEBRIEF_DATABASE": "host=/nowhere password=hunter2", "DEBRIEF_LISTEN": "/nowhere/at/all"].merging([name: value]) { $1 }
        let served = try run([Run.binary, "serve"], environment: environment)
        #expect(served.status == 64)
        #expect(served.output == "")
        #expect(lines(served.errors).count == 1, "\(served.errors)")
        #expect(served.errors.hasPrefix("debrief: "))
        #expect(served.errors.contains(name), "\(served.errors)")
    }
}
