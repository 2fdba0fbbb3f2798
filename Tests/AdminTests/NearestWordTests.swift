import Testing

@testable import Admin

@Suite("The nearest word")
struct NearestWordTests {
    private static let words = ["sessions:read", "scorecards:read", "scenarios:read", "users:read", "analytics:read"]
    private static let commands = ["serve", "status", "scale", "reload", "upgrade", "stop", "check", "migrate", "tenant", "token", "summary"]

    @Test(
        "is found where letters are missing, too many, wrong or exchanged, or where the rest of it is",
        arguments: [
            ("sessions:raed", words, "sessions:read"), ("session:read", words, "sessions:read"), ("user:read", words, "users:read"),
            ("USERS:READ", words, "users:read"), ("users", words, "users:read"), ("analytics", words, "analytics:read"),
            ("srve", commands, "serve"), ("stauts", commands, "status"), ("relaod", commands, "reload"), ("tenants", commands, "tenant"),
            ("DEBRIEF_WORKRES", Settings.all.map(\.name), "DEBRIEF_WORKERS"), ("DEBRIEF_LISTN", Settings.all.map(\.name), "DEBRIEF_LISTEN"),
            ("WORKERS", ["WORKERS"], "WORKERS"),
        ]
    )
    func near(text: String, words: [String], expected: String) {
        #expect(NearestWord.to(text, among: words) == expected)
    }

    @Test("is none where nothing is near, or where more than one word begins so", arguments: ["frobnicate", "s", "xyz", "", "💥", "everything"])
    func far(text: String) {
        #expect(NearestWord.to(text, among: Self.commands) == nil)
    }

    @Test("is not looked for in a text without an end")
    func long() {
        #expect(NearestWord.to(String(repeating: "a", count: 1_000_000), among: Self.commands) == nil)
        #expect(NearestWord.advice("frobnicate", among: Self.commands, otherwise: "see --help") == "see --help")
        #expect(NearestWord.advice("srve", among: Self.commands, otherwise: "see --help") == "did you mean serve?")
    }
}
