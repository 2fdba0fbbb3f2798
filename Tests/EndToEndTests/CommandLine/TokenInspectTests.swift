import Foundation
import Support
import Testing

@Suite("token inspect and token list: whether a token is live, and for how long")
struct TokenInspectTests {
    private let database: Support.Database
    private let tenant: String

    init() throws {
        database = try Cluster.shared.get().makeDatabase(demo: false)
        tenant = try database.debrief(["tenant", "create", "--name", "A"]).output.trimmingCharacters(in: .newlines)
    }

    /// Each state, and how a token gets there. A minute beside the fourteen days.
    private static let cases: [(state: String, words: String, change: String)] = [
        ("live", "live", "expires_at = null"),
        ("live", "live", "expires_at = now() + interval '14 days 1 minute'"),
        ("expires_soon", "expires soon", "expires_at = now() + interval '14 days' - interval '1 minute'"),
        ("expires_soon", "expires soon", "expires_at = now() + interval '1 minute'"),
        ("expired", "expired", "expires_at = now()"),
        ("revoked", "revoked", "revoked_at = now(), expires_at = now() - interval '1 day'"),
    ]

    @Test("the state is that of the database's clock, the list has it too, and only who is let in exits with 0", arguments: cases.indices)
    func states(index: Int) throws {
        let (state, words, change) = Self.cases[index]
        let token = try database.makeToken(tenant: tenant, scopes: ["users:read", "sessions:read"])
        try database.sql("update api_tokens set \(change)")
        let id = try #require(try database.value("select id from api_tokens"))
        let isAccepted = words == "live" || words == "expires soon"

        let said = try database.debrief(["token", "inspect"], input: " \(token)\r\n")
        #expect(said.status == (isAccepted ? 0 : 1))
        #expect(said.errors == (isAccepted ? "" : "debrief: token \(id) is \(words)\n"))
        let lines = said.output.split(separator: "\n").map { $0.split(separator: "  ", maxSplits: 1).map { $0.trimmingCharacters(in: .whitespaces) } }
        #expect(lines.map(\.first) == ["ID", "STATE", "TENANT", "NAME", "SCOPES", "CREATED", "EXPIRES", "REVOKED"])
        #expect(lines.prefix(5).map(\.last) == [id, words, tenant, "test", "sessions:read users:read"])

        let json = try database.debrief(["token", "inspect", "--json"], input: token)
        #expect(json.status == said.status)
        let object = try #require(JSONValue(parsing: Array(json.output.utf8)))
        #expect(object["state"] == .string(state) && object["id"] == .string(id) && object["tenant_id"] == .string(tenant))
        #expect(object["scopes"] == .array([.string("sessions:read"), .string("users:read")]))
        let list = try database.debrief(["token", "list"]).output
        #expect(list.contains(" STATE ") && list.contains(" sessions:read users:read  \(words)  "), "\(list)")
        #expect(try JSONValue(parsing: Array(database.debrief(["token", "list", "--json"]).output.utf8))?[0] == object)
        for text in [said.output, said.errors, json.output, list] { #expect(!text.contains(token.dropFirst(16).prefix(10))) }
    }

    @Test("what is no token is told without a database, what nobody has ever had from it; neither is repeated")
    func unknown() throws {
        let stage = try Stage.shared()
        let token = try stage.database.makeToken(tenant: stage.database.demoTenant())
        let nowhere = ["DEBRIEF_ADMIN_DATABASE": "host=/nonexistent"]
        let wrong = String(token.dropLast()) + (token.last == "0" ? "1" : "0")
        for (input, state, line, environment) in [
            (token, "unknown", "this database has no such token", [:]),
            (wrong, "malformed", "that is no token; one is debrief_ and 46 letters and digits, the last six a checksum", nowhere),
            ("secret-of-mine", "malformed", "that is no token; one is debrief_ and 46 letters and digits, the last six a checksum", nowhere),
        ] {
            let said = try database.debrief(["token", "inspect"], environment: environment, input: input)
            #expect(
                said.status == 1 && said.output.isEmpty && said.errors.hasPrefix("debrief: \(line)") && said.errors.filter(\.isNewline).count == 1,
                "\(said.errors)"
            )
            let json = try database.debrief(["token", "inspect", "--json"], environment: environment, input: input)
            #expect(json.status == 1 && json.output == "{\"state\":\"\(state)\"}\n" && json.errors == said.errors)
        }
        let none = try database.debrief(["token", "inspect"])
        #expect(none.status == 1 && none.errors.hasPrefix("debrief: no token on standard input; "))
        for words in [["token", "inspect"], ["token", "list"], ["token", "create"], ["check"], ["status", "--json"], []] {
            let argument = try database.debrief(words + [token])
            #expect(argument.status == 64 && argument.output.isEmpty, "\(words)")
            #expect(argument.errors.contains("Usage: debrief") && !argument.errors.contains(token.dropFirst(16)), "\(argument.errors)")
        }
    }
}
