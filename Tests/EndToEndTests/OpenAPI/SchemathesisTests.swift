import Foundation
import Support
import Testing

/// Schemathesis makes calls from the document, valid and invalid ones, follows its links, and judges each response by it.
@Suite("Schemathesis")
struct SchemathesisTests {
    private let stage: PythonTools.Stage
    private let tools = PythonTools()

    init() throws { stage = try PythonTools.Stage.shared() }

    @Test("finds nothing: no response that the document does not describe, no answer to a call that it does not allow, no row of another tenant")
    func nothing() throws {
        let found = try run(document: tools.writeDocument(), examples: Run.isLong ? 1_000 : 15, options: Run.isLong ? ["--max-time", "600"] : [])
        #expect(found.status == 0, "\(found.output)\(found.errors)")
        #expect(stage.deployment.unexpectedLogLines() == [])
        // That it has judged anything.
        let links = try #require(found.output.firstMatch(of: /API Links: +([0-9]+) covered/)?.1)
        let counts = try #require(found.output.firstMatch(of: /([0-9]+) generated, ([0-9]+) passed/))
        #expect(try #require(Int(counts.2)) > 300 && #require(Int(links)) >= 4, "\(found.output)")
        Run.report("Schemathesis: \(counts.0), \(links) links followed")
    }

    @Test("finds it where the document says something else")
    func lies() throws {
        let path = try tools.writeDocument()
        var document = try String(contentsOfFile: path, encoding: .utf8)
        // A value that is none, a bound that is not so, and in all operations a status that is missing.
        for (pattern, lie) in [
            (#""rep",\s+"manager""#, #""manager""#), (#""minimum": 1,\s+"maximum": 100"#, #""minimum": 0, "maximum": 100"#),
            (#""401": \{\s+"\$ref": "[^"]*"\s+\},"#, ""),
        ] {
            let before = document
            document.replace(try Regex(pattern), with: lie)
            let isFound = document != before
            try #require(isFound, "\(pattern)")
        }
        try document.write(toFile: path, atomically: false, encoding: .utf8)
        let operations = ["list_sessions", "list_users"].flatMap { ["--include-operation-id", $0] }
        let found = try run(document: path, examples: 5, options: operations + ["--phases", "coverage"])
        for code in ["Response violates schema", "Schema-valid request rejected", "Undocumented status code"] {
            #expect(found.status == 1 && found.output.contains(code), "\(code): \(found.output)\(found.errors)")
        }
    }

    /// With all checks. Tokens of two tenants, each of whom must not see what the other has; calls are the first one's.
    private func run(document: String, examples: Int, options: [String]) throws -> (status: Int32?, output: String, errors: String) {
        let other = try Tenant(stage.database)
        let session = try other.addSession(user: other.addUser(), scenario: other.addScenario())
        try other.addScorecard(session: session)
        let tokens = "\(tools.folder)/tokens.json"
        let users = [("demo", stage.token), ("other", other.token)].map { name, token in
            #"{"name": "\#(name)", "fixedHeaders": [{"name": "Authorization", "value": "Bearer \#(token)"}]}"#
        }
        try #"{"auth": [\#(users.joined(separator: ","))]}"#.write(toFile: tokens, atomically: false, encoding: .utf8)
        defer { try? FileManager.default.removeItem(atPath: tokens) }

        // 304 is an answer to a valid call, as is 404 to an id that nobody has.
        try """
        hooks = "\(Run.repository)/Tests/Python/schemathesis_hooks.py"
        base-url = "\(stage.deployment.url)"
        seed = \(Run.isLong ? Int.random(in: 1...1_000_000) : 7)
        continue-on-failure = true

        [cache]
        enabled = false

        [auth.wfc]
        path = "\(tokens)"
        user = "demo"
        peers = ["demo", "other"]

        [generation]
        database = "none"
        max-examples = \(examples)

        [checks.positive_data_acceptance]
        expected-statuses = ["2xx", 304, 404]
        """.write(toFile: "\(tools.folder)/schemathesis.toml", atomically: false, encoding: .utf8)
        return try tools.tool("st", ["run", document] + options, environment: ["DEBRIEF_CURSORS": cursors()], seconds: Run.isLong ? 1_800 : 120)
    }

    /// Cursors of the demo tenant, of pages of some sizes.
    private func cursors() throws -> String {
        try [1, 2, 10, 50, 99].map { limit in
            let page = try stage.deployment.client.get("sessions?limit=\(limit)", token: stage.token)
            return try #require(page.json?["next_cursor"]?.string)
        }
        .joined(separator: ",")
    }
}
