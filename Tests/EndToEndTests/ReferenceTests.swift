import Support
import Testing

/// The calls that the published reference prints, on the demo tenant.
@Suite("The reference")
struct ReferenceTests {
    private let stage: Stage

    init() throws { stage = try Stage.shared() }

    private func body(_ path: String) throws -> String {
        let response = try stage.client.get(path, token: stage.token)
        _ = try dataOf(response)
        return response.text
    }

    private func data(_ path: String) throws -> String { JSONText.value("data", of: try body(path)) }

    @Test("a list of sessions is the reference's, byte for byte")
    func sessions() throws {
        let printed = """
            {
            "ok": true,
            "data": [
            {
            "id": "30000000-0000-0000-0000-000000000001",
            "user_id": "a0000000-0000-0000-0000-000000000002",
            "scenario_id": "10000000-0000-0000-0000-000000000004",
            "status": "scored",
            "started_at": "2026-05-06T17:00:00Z",
            "ended_at": "2026-05-06T17:07:00Z",
            "duration_seconds": 420,
            "created_at": "2026-05-06T17:00:00Z"
            }
            ],
            "next_cursor": "2026-05-06T17:00:00Z"
            }
            """
        #expect(try body("sessions?limit=1") == JSONText.compact(printed))
    }

    @Test("the reference's cursor leads to the second page")
    func cursor() throws {
        let both = JSONText.elements(try data("sessions?limit=2"))
        #expect(JSONText.elements(try data("sessions?limit=1&cursor=2026-05-06T17:00:00Z")) == [both.last])
    }

    @Test("a summary is the reference's, byte for byte")
    func summary() throws {
        let printed = """
            {
            "ok": true,
            "data": {
            "from": "2026-04-06T17:00:00Z",
            "to": "2026-05-06T17:00:00Z",
            "sessions": 132,
            "scored": 128,
            "avg_score": 78,
            "unique_reps": 12
            }
            }
            """
        #expect(try body("analytics/summary?from=2026-04-06T17:00:00Z&to=2026-05-06T17:00:00Z") == JSONText.compact(printed))
        // `from` is 30 days before `to` where only that is given.
        #expect(try body("analytics/summary?to=2026-05-06T17:00:00Z") == JSONText.compact(printed))
    }

    @Test("a session is its row in the list, then its scorecard and its transcript")
    func session() throws {
        let session = try data("sessions/30000000-0000-0000-0000-000000000001")
        let row = try #require(JSONText.elements(try data("sessions?limit=1")).first)
        let members = JSONText.members(session)
        #expect(members.prefix(8).map { "\"\($0.key)\":\($0.value)" }.joined(separator: ",") == String(row.dropFirst().dropLast()))
        #expect(members.dropFirst(8).map(\.key) == ["scorecard_id", "transcript"])
        #expect(JSONText.value("scorecard_id", of: session) == "\"40000000-0000-0000-0000-000000000001\"")

        let turns = JSONText.elements(JSONText.value("transcript", of: session))
        // Not compacted: documents are passed on as they were written.
        #expect(turns.first == #"{ "role": "agent", "message": "Hello?", "time": 0 }"#)
        #expect(turns.count > 1 && turns.allSatisfy { JSONText.keys(JSONText.compact($0)) == ["role", "message", "time"] })
    }

    @Test("a scorecard begins as in the reference", arguments: ["4", "3"])
    func scorecard(kind: String) throws {
        // By its own id, and by its session's.
        let scorecard = try data("scorecards/\(kind)0000000-0000-0000-0000-000000000001")
        #expect(
            JSONText.keys(scorecard)
                == ["id", "session_id", "overall_score", "verdict", "headline", "categories", "callouts", "created_at"]
        )
        #expect(JSONText.value("id", of: scorecard) == "\"40000000-0000-0000-0000-000000000001\"")
        #expect(JSONText.value("session_id", of: scorecard) == "\"30000000-0000-0000-0000-000000000001\"")
        #expect(JSONText.value("overall_score", of: scorecard) == "87")
        #expect(JSONText.value("verdict", of: scorecard) == "\"crushed_it\"")
        let headline = "\"You earned the right to ask for the math by reframing his anger as data.\""
        #expect(JSONText.value("headline", of: scorecard) == headline)
        #expect(JSONText.elements(JSONText.value("categories", of: scorecard)).count > 1)
        #expect(JSONText.elements(JSONText.value("callouts", of: scorecard)).count > 1)
    }

    @Test("scenarios begin as in the reference: active first, then by name")
    func scenarios() throws {
        let rows = JSONText.elements(try data("scenarios"))
        let first = try #require(rows.first)
        #expect(JSONText.value("name", of: first) == "\"Cold Call — FSBO Seller\"")
        #expect(JSONText.value("call_type", of: first) == "\"cold_call\"")
        #expect(rows.allSatisfy { JSONText.keys($0) == ["id", "name", "call_type", "status", "created_at"] })

        let order = rows.map { [JSONText.value("status", of: $0), JSONText.value("name", of: $0), JSONText.value("id", of: $0)] }
        #expect(order == order.sorted { isBefore($0, $1) })
        #expect(order.last?.first == "\"archived\"")
    }

    @Test("users begin as in the reference, and never show an email")
    func users() throws {
        let text = try data("users")
        let rows = JSONText.elements(text)
        let first = try #require(rows.first)
        #expect(
            JSONText.members(first).dropFirst().map { "\($0.key): \($0.value)" }
                == ["full_name: \"Jordan Reyes\"", "role: \"rep\"", "last_session_at: \"2026-05-06T17:00:00Z\""]
        )
        #expect(rows.allSatisfy { JSONText.keys($0) == ["id", "full_name", "role", "last_session_at"] })
        #expect(Set(rows.map { JSONText.value("role", of: $0) }) == ["\"rep\"", "\"manager\"", "\"admin\""])
        #expect(rows.contains { JSONText.value("last_session_at", of: $0) == "null" })
        #expect(!text.contains("@"))

        // By code point: Ł comes after Z.
        let order = rows.map { [JSONText.value("full_name", of: $0), JSONText.value("id", of: $0)] }
        #expect(order == order.sorted { isBefore($0, $1) })
        #expect(order.last?.first?.contains("Łucja") == true)
    }

    /// By code point, and not as Swift compares strings.
    private func isBefore(_ left: [String], _ right: [String]) -> Bool {
        for (left, right) in zip(left, right) where left != right {
            return left.unicodeScalars.lexicographicallyPrecedes(right.unicodeScalars)
        }
        return false
    }
}
