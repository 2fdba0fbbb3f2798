import Support
import Testing

@Suite("The command line: help and wrong usage")
struct UsageTests {
    private static let config = "--config <file>"

    /// Each command with what its help has to mention.
    private static let commands: [(words: [String], mentions: [String])] = [
        (
            [],
            [
                "serve", "status", "scale", "reload", "upgrade", "stop", "check", "migrate", "tenant", "token", "summary", "--version",
                "DEBRIEF_DATABASE",
                "DEBRIEF_ADMIN_DATABASE", "DEBRIEF_LISTEN",
                "DEBRIEF_BACKLOG", "DEBRIEF_WORKERS", "DEBRIEF_STATEMENT_TIMEOUT", "DEBRIEF_REQUEST_TIMEOUT", "DEBRIEF_DRAIN_TIMEOUT",
                "DEBRIEF_LOG_LEVEL",
            ]
        ),
        (["serve"], [config, "QUIT", "TERM"]),
        (["status"], [config, "--json", "with 0", "with 1", "with 3", "10s"]),
        (["scale"], [config, "4..32", "default", "DEBRIEF_WORKERS", "exits with 1", "the old number holds", "DEBRIEF_START_TIMEOUT"]),
        (["reload"], [config, "HUP", "exits with 1", "the old ones serve on", "DEBRIEF_START_TIMEOUT", "DEBRIEF_DRAIN_TIMEOUT"]),
        (["upgrade"], [config, "USR2", "exits with 1", "the old one serves on", "DEBRIEF_START_TIMEOUT", "DEBRIEF_DRAIN_TIMEOUT"]),
        (["stop"], [config, "QUIT", "exits with 1", "DEBRIEF_DRAIN_TIMEOUT"]),
        (["check"], [config, "DEBRIEF_DATABASE", "DEBRIEF_ADMIN_DATABASE", "nginx", "with 1", "a warning is no failure"]),
        (["migrate"], ["up", "status", "NNNN_name.sql"]),
        (["migrate", "up"], [config, "--folder"]),
        (["migrate", "status"], [config, "--folder", "--json"]),
        (["tenant"], ["create", "list"]),
        (["tenant", "create"], [config, "--name"]),
        (["tenant", "list"], [config, "--json"]),
        (["token"], ["create", "list", "revoke"]),
        (["token", "create"], [config, "--tenant", "--name", "--scope", "--expires-in", "--never", "365d", "standard output"]),
        (["token", "list"], [config, "--json", "14 days", "expires soon"]),
        (["token", "inspect"], [config, "--json", "standard input", "with 0", "with 1", "expires_soon", "malformed"]),
        (["token", "rotate"], [config, "--overlap", "--expires-in", "--never", "365d", "standard output", "standard error"]),
        (["token", "revoke"], [config, "standard input"]),
        (["top"], [config, "--interval"]),
        (["openapi"], ["/api/v1/openapi.json"]),
        (["docs"], ["OpenAPI"]),
        (["summary"], ["verify", "rebuild", "logical replication", "session_replication_role", "disabled triggers"]),
        (["summary", "verify"], [config, "--tenant", "--json", "with 0", "with 1", "changes nothing"]),
        (["summary", "rebuild"], [config, "--tenant", "--json", "broken off"]),
    ]

    @Test("help is on standard output, exits 0, and mentions all that can be said", arguments: commands)
    func help(_ words: [String], _ mentions: [String]) throws {
        for option in ["--help", "-h"] {
            let (status, output, errors) = try run([Run.binary] + words + [option])
            #expect(status == 0)
            #expect(errors.isEmpty)
            let text = output.split(whereSeparator: \.isWhitespace).joined(separator: " ")
            #expect(text.contains("USAGE: debrief \((words + [""]).joined(separator: " "))".trimmingSuffix(while: \.isWhitespace)))
            for mention in mentions { #expect(text.contains(mention), "\(mention)") }
        }
    }

    @Test("the version is a line")
    func version() throws {
        let (status, output, _) = try run([Run.binary, "--version"])
        #expect(status == 0)
        #expect(output.wholeMatch(of: /\d+\.\d+\.\d+\n/) != nil)
    }

    @Test(
        "what is no command, or no option, is wrong usage: 64, with a hint on standard error",
        arguments: [
            ["frobnicate"], ["serve", "now"], ["serve", "--port", "80"], ["migrate", "down"], ["migrate", "up", "--folder"], ["tenant", "remove"],
            ["tenant", "create", "A"], ["tenant", "list", "--xml"], ["token", "revoke", "x"], ["token", "list", "all"], ["check", "--config"],
            ["--nonsense"], ["status", "now"], ["reload", "all"], ["upgrade", "--force"], ["stop", "--fast"], ["scale"], ["scale", "1", "2"],
            ["scale", "0"], ["scale", "-1"], ["scale", "1025"], ["scale", "two"], ["scale", "8..4"], ["scale", ""], ["scale", "Default"],
            ["token", "revoke", "a", "b"], ["summary", "fold"], ["summary", "verify", "now"], ["summary", "rebuild", "--tenant", "x"],
            ["openapi", "now"], ["docs"], ["docs", ""], ["top", "now"],
        ]
    )
    func usage(_ words: [String]) throws {
        let (status, output, errors) = try run([Run.binary] + words)
        #expect(status == 64)
        #expect(output.isEmpty)
        #expect(errors.hasPrefix("Error: ") && errors.contains("Usage: debrief"), "\(errors)")
    }

    @Test(
        "what is repeated gives a terminal no orders, and nobody a token",
        arguments: [
            ["\(token)"], ["\u{1B}[31mX"], ["status", "--config", "\u{1B}]0;x\u{7}"], ["docs", "/nowhere/\(token)\u{9B}2J"],
            ["tenant", "create", "--name", token],
        ]
    )
    func repeated(_ words: [String]) throws {
        let (status, output, errors) = try run([Run.binary] + words)
        #expect(status == 1 || status == 64)
        #expect(output.isEmpty && !errors.isEmpty)
        #expect(
            !errors.contains(Self.token) && !errors.unicodeScalars.contains { $0.properties.generalCategory == .control && $0 != "\n" },
            "\(errors)"
        )
    }

    /// Nobody's.
    private static let token = "debrief_0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcd0ywJb8"
}

extension String {
    /// The text without what fits at its end.
    fileprivate func trimmingSuffix(while fits: (Character) -> Bool) -> Substring {
        var text = self[...]
        while let last = text.last, fits(last) { text.removeLast() }
        return text
    }
}
