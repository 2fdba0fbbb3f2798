import Support
import Testing

@Suite("The summary")
struct SummaryTests {
    private let stage: Stage
    private let tenant: Tenant
    private let scenario: String

    init() throws {
        stage = try Stage.shared()
        tenant = try Tenant(stage.database)
        scenario = try tenant.addScenario()
    }

    private func summary(_ query: String = "from=0001-01-01") throws -> [String: String] {
        let data = try dataOf(try stage.client.get("analytics/summary?\(query)", token: tenant.token))
        #expect(JSONText.keys(data) == ["from", "to", "sessions", "scored", "avg_score", "unique_reps"])
        return Dictionary(uniqueKeysWithValues: JSONText.members(data))
    }

    @Test("an empty period has zeros, and no average")
    func empty() throws {
        let summary = try summary()
        #expect(["sessions", "scored", "avg_score", "unique_reps"].map { summary[$0] } == ["0", "0", "null", "0"])
    }

    @Test(
        "the average is rounded half up, over the scorecards of scored sessions",
        arguments: [
            ([77, 78], "78"), ([77, 77, 78], "77"), ([0, 1], "1"), ([0, 0, 1], "0"), ([100], "100"), ([0], "0"), ([99, 100], "100"),
            ([50, 51, 51, 52, 52, 51], "51"),
        ]
    )
    func average(scores: [Int], average: String) throws {
        let user = try tenant.addUser()
        for score in scores { try tenant.addScorecard(session: tenant.addSession(user: user, scenario: scenario, status: "scored"), score: score) }
        let summary = try summary()
        #expect(summary["avg_score"] == average)
        #expect(summary["scored"] == "\(scores.count)")
    }

    @Test("sessions count whatever their status, scored ones also without a scorecard, and each rep once")
    func counts() throws {
        let users = try (0..<3).map { try tenant.addUser("User \($0)") }
        for (number, status) in ["in_progress", "completed", "failed", "scored", "scored"].enumerated() {
            try tenant.addSession(user: users[number % 2], scenario: scenario, status: status)
        }
        let summary = try summary()
        #expect(["sessions", "scored", "avg_score", "unique_reps"].map { summary[$0] } == ["5", "2", "null", "2"])
    }

    @Test("both ends are included, to the microsecond")
    func ends() throws {
        let user = try tenant.addUser()
        for second in ["16:59:59.999999", "17:00:00", "17:00:01", "17:00:01.000001"] {
            try tenant.addSession(user: user, scenario: scenario, startedAt: "2026-05-06T\(second)Z")
        }
        #expect(try summary("from=2026-05-06T17:00:00Z&to=2026-05-06T17:00:01Z")["sessions"] == "2")
        #expect(try summary("from=2026-05-06T17:00:01.000001Z&to=2026-05-06T17:00:01.000001Z")["sessions"] == "1")
        #expect(try summary("from=2026-05-06T17:00:01.0000001Z&to=2026-05-06T17:00:01.0000019Z")["sessions"] == "1")
    }

    @Test("to is now and from 30 days before, where they are not given")
    func defaults() throws {
        let before = try #require(try stage.database.value("select to_char(now() at time zone 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.US')"))
        let summary = try summary("")
        let after = try #require(try stage.database.value("select to_char(now() at time zone 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.US')"))
        let to = try #require(summary["to"]).trimmingPrefix("\"").prefix(26)
        #expect(before <= to && to <= after)
        let days = try stage.database.value(
            "select ($1::text::json #>> '{}')::timestamptz - ($2::text::json #>> '{}')::timestamptz",
            summary["to"],
            summary["from"]
        )
        #expect(days == "30 days")
    }
}
