import Foundation
import Support
import Testing

@Suite("Text and documents, passed through")
struct TextTests {
    private let stage: Stage
    private let tenant: Tenant

    /// What JSON has to escape, and what only looks as if it had to be.
    static let texts = [
        #"quotes " and ' and `"#, #"a \ backslash, \" both, \n no line feed"#, "\u{1}\u{2}\u{1f} \t\r\n\u{8}\u{c}\u{b}", "DEL \u{7f}",
        "U+2028 \u{2028}\u{2029}.",
        "😀 👩‍👩‍👧‍👦 🇩🇪", "é and e\u{301}", "</script><!--", "/ solidus", "Łucja — “Zielińska”", "عربى אבג", "\u{feff}BOM", "\u{fffd}\u{ffff}\u{10ffff}",
        "\u{80}\u{9f}", " ",
        String(repeating: "x", count: 500), #"{"json": [1, 2]}"#, "'; drop table users; --", "%41 &amp; \\u0041",
    ]

    init() throws {
        stage = try Stage.shared()
        tenant = try Tenant(stage.database)
    }

    /// As JSON has it, with nothing escaped that need not be (RFC 8259, section 7).
    private func escaped(_ text: String) -> String {
        var result = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": result += #"\""#
            case "\\": result += #"\\"#
            case "\n": result += #"\n"#
            case "\r": result += #"\r"#
            case "\t": result += #"\t"#
            case "\u{8}": result += #"\b"#
            case "\u{c}": result += #"\f"#
            case "\u{0}"..."\u{1f}": result += String(format: #"\u%04x"#, scalar.value)
            default: result.unicodeScalars.append(scalar)
            }
        }
        return "\"\(result)\""
    }

    private func data(_ path: String) throws -> String {
        let response = try stage.client.get(path, token: tenant.token)
        #expect(response.json != nil, "Foundation reads it, too")
        return try dataOf(response)
    }

    @Test("any Unicode in a name arrives as it is, escaped only as JSON demands", arguments: texts)
    func names(text: String) throws {
        try tenant.addUser(text)
        try tenant.addScenario(text, callType: text)
        let user = try #require(JSONText.elements(try data("users")).first)
        #expect(JSONText.value("full_name", of: user) == escaped(text))
        let scenario = try #require(JSONText.elements(try data("scenarios")).first)
        #expect(JSONText.value("name", of: scenario) == escaped(text))
        #expect(JSONText.value("call_type", of: scenario) == escaped(text))
    }

    @Test("a scorecard's text arrives as it is", arguments: texts)
    func headlines(text: String) throws {
        let session = try tenant.addSession(user: tenant.addUser(), scenario: tenant.addScenario())
        try tenant.addScorecard(session: session, headline: text)
        #expect(JSONText.value("headline", of: try data("scorecards/\(session)")) == escaped(text))
    }

    @Test(
        "a document arrives as it was written, to the blank",
        arguments: [
            "[]", "[ ]", "[ {\"role\" :  \"rep\",\n\t\"message\":\"\\u00e9 \\/ \\ud83d\\ude00 \\u0000\", \"time\": 1.50e+01} ]",
            "[1.0, 1e400, -0, 12345678901234567890123]",
            "[{\"a\":1,\"a\":2}]", "[\"\u{2028}😀\"]", "[\"\\u0001\"]",
        ]
    )
    func documents(document: String) throws {
        let session = try tenant.addSession(user: tenant.addUser(), scenario: tenant.addScenario())
        try tenant.addTranscript(session: session, turns: document)
        let response = try stage.client.get("sessions/\(session)", token: tenant.token)
        #expect(try dataOf(response).hasSuffix(#""scorecard_id":null,"transcript":\#(document)}"#))
    }

    @Test("a session without a transcript has an empty one")
    func noTranscript() throws {
        let session = try tenant.addSession(user: tenant.addUser(), scenario: tenant.addScenario())
        #expect(
            try data("sessions/\(session)").hasSuffix(
                #""ended_at":null,"duration_seconds":null,"created_at":"2026-01-01T00:00:00Z","scorecard_id":null,"transcript":[]}"#
            )
        )
    }

    @Test("a transcript of 1 MB arrives whole and unchanged")
    func large() throws {
        let session = try tenant.addSession(user: tenant.addUser(), scenario: tenant.addScenario())
        let turns = (0..<10_000).map { number in
            "{ \"role\": \"rep\", \"message\": \"\(number) \(Self.texts[5]) \(String(repeating: "word ", count: 8))\\n\", \"time\": \(number) }"
        }
        let document = "[" + turns.joined(separator: ", ") + "]"
        #expect(document.utf8.count > 1_000_000)
        try tenant.addTranscript(session: session, turns: document)

        let response = try stage.client.get("sessions/\(session)", token: tenant.token)
        #expect(response.field("Content-Length") == nil)
        let text = response.text
        #expect(response.isWhole && response.status == 200)
        #expect(text.utf8.elementsEqual((text.prefix(while: { $0 != "[" }) + document + "}}").utf8))

        let head = try stage.client.get("sessions/\(session)", token: tenant.token, method: "HEAD")
        #expect(head.status == 200 && head.body.isEmpty && head.field("Content-Length") == nil)
    }

    @Test(
        "date-times show six digits of microseconds where they are not zero, and none else",
        arguments: [
            ("2026-05-06 17:00:00.000001+00", "2026-05-06T17:00:00.000001Z"), ("2026-05-06 17:00:00.1+00", "2026-05-06T17:00:00.100000Z"),
            ("2026-05-06 17:00:00.999999+00", "2026-05-06T17:00:00.999999Z"), ("2026-05-06 17:00:00+00", "2026-05-06T17:00:00Z"),
            ("1969-12-31 23:59:59.5+00", "1969-12-31T23:59:59.500000Z"), ("1999-12-31 23:59:59.999999+00", "1999-12-31T23:59:59.999999Z"),
            ("0001-01-01 00:00:00+00", "0001-01-01T00:00:00Z"), ("9999-12-31 23:59:59.999998+00", "9999-12-31T23:59:59.999998Z"),
            ("2024-02-29 12:00:00+05:30", "2024-02-29T06:30:00Z"),
        ]
    )
    func dateTimes(stored: String, shown: String) throws {
        try tenant.addSession(user: tenant.addUser(), scenario: tenant.addScenario(), startedAt: stored)
        let row = try #require(JSONText.elements(try data("sessions")).first)
        #expect(JSONText.value("started_at", of: row) == "\"\(shown)\"")
        #expect(JSONText.value("last_session_at", of: try #require(JSONText.elements(try data("users")).first)) == "\"\(shown)\"")
    }
}
