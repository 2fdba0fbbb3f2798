import Support
import Testing

/// Two tenants with rows of their own, of which some have the same ids.
@Suite("Tenants apart")
struct IsolationTests {
    private struct Rows {
        let tenant: Tenant
        let user: String
        let scenario: String
        let session: String
        let scorecard: String

        init(_ tenant: Tenant, named name: String, hour: Int) throws {
            self.tenant = tenant
            user = try tenant.addUser("\(name) user")
            scenario = try tenant.addScenario("\(name) scenario")
            session = try tenant.addSession(user: user, scenario: scenario, startedAt: "2026-05-06T\(hour):00:00Z", status: "scored")
            scorecard = try tenant.addScorecard(session: session, headline: "\(name) headline")
            try tenant.addTranscript(session: session, turns: "[\"\(name) transcript\"]")
            for _ in 0..<3 { try tenant.addSession(user: user, scenario: scenario, startedAt: "2026-05-06T\(hour):30:00Z") }
        }
    }

    private let stage: Stage
    private let ours: Rows
    private let theirs: Rows

    init() throws {
        stage = try Stage.shared()
        ours = try Rows(Tenant(stage.database), named: "Ours", hour: 15)
        theirs = try Rows(Tenant(stage.database), named: "Theirs", hour: 17)
    }

    private func get(_ path: String, as rows: Rows? = nil) throws -> Client.Response {
        try stage.client.get(path, token: (rows ?? ours).tenant.token, fields: ["X-Request-Id: isolation"])
    }

    /// Nothing that only the other tenant has.
    private func expectNothingForeign(_ response: Client.Response, _ comment: Comment, sourceLocation: SourceLocation = #_sourceLocation) {
        for foreign in ["Theirs", theirs.user, theirs.scenario, theirs.session, theirs.scorecard, theirs.tenant.id] {
            #expect(!response.text.contains(foreign), comment, sourceLocation: sourceLocation)
        }
    }

    @Test("a foreign row's id is 404 to the byte as an id that nobody has")
    func foreignIDs() throws {
        let foreign = [theirs.session, theirs.scorecard, theirs.user, theirs.scenario, theirs.tenant.id]
        for path in ["sessions", "scorecards"] {
            let unknown = try get("\(path)/\(newID())")
            expectError(unknown, 404, "not_found")
            for id in foreign + foreign.map({ $0.uppercased() }) + ["30000000-0000-0000-0000-000000000001"] {
                let response = try get("\(path)/\(id)")
                #expect(Answer(response) == Answer(unknown), "\(path)/\(id)")
            }
        }
        // They are there, for their own tenant.
        for path in ["sessions/\(theirs.session)", "scorecards/\(theirs.scorecard)", "scorecards/\(theirs.session)"] {
            #expect(try dataOf(try get(path, as: theirs)).contains("Theirs"))
        }
    }

    @Test("a foreign user's sessions are an empty list, as those of a user that nobody has")
    func foreignUser() throws {
        let unknown = try get("sessions?user_id=\(newID())")
        #expect(try dataOf(unknown) == "[]")
        #expect(Answer(try get("sessions?user_id=\(theirs.user)")) == Answer(unknown))
        #expect(JSONText.elements(try dataOf(try get("sessions?user_id=\(theirs.user)", as: theirs))).count == 4)
    }

    @Test("a foreign cursor leads to one's own rows alone")
    func foreignCursor() throws {
        for limit in 1...3 {
            let foreign = try get("sessions?limit=\(limit)", as: theirs)
            let cursor = try #require(foreign.json?["next_cursor"]?.string)
            let response = try get("sessions?cursor=\(cursor)")
            // All of theirs are newer than ours.
            #expect(JSONText.elements(try dataOf(response)) == JSONText.elements(try dataOf(try get("sessions"))))
            expectNothingForeign(response, "limit \(limit)")
        }
    }

    @Test("lists and the summary have one's own rows alone")
    func lists() throws {
        for (path, count) in [("sessions", 4), ("sessions?from=0001-01-01&to=9999-12-31", 4), ("scenarios", 1), ("users", 1)] {
            let response = try get(path)
            #expect(JSONText.elements(try dataOf(response)).count == count)
            expectNothingForeign(response, "\(path)")
        }
        let summary = try dataOf(try get("analytics/summary?from=2026-05-06&to=2026-05-07"))
        #expect(summary.hasSuffix(#""sessions":4,"scored":1,"avg_score":80,"unique_reps":1}"#))
        for path in ["sessions/\(ours.session)", "scorecards/\(ours.scorecard)"] { expectNothingForeign(try get(path), "\(path)") }
    }

    @Test("where both tenants have a row of the same id, each sees its own")
    func sameIDs() throws {
        let id = newID()
        for (rows, name) in [(ours, "Our"), (theirs, "Their")] {
            let tenant = rows.tenant
            try tenant.addUser("\(name) twin", id: id)
            try tenant.addScenario("\(name) twin", id: id)
            try tenant.addSession(user: id, scenario: id, id: id)
            try tenant.addTranscript(session: id, turns: "[\"\(name) twin\"]")
            try tenant.addScorecard(session: id, headline: "\(name) twin", id: id)
        }
        for (rows, name, other) in [(ours, "Our", "Their"), (theirs, "Their", "Our")] {
            for path in ["sessions/\(id)", "scorecards/\(id)", "users", "scenarios"] {
                let text = try dataOf(try get(path, as: rows))
                #expect(text.contains("\(name) twin") && !text.contains("\(other) twin"), "\(path)")
            }
            #expect(JSONText.elements(try dataOf(try get("sessions?user_id=\(id)", as: rows))).count == 1)
        }
        // The last session of a user is his own tenant's, too.
        try theirs.tenant.addSession(user: id, scenario: id, startedAt: "2027-01-01T00:00:00Z")
        #expect(!(try dataOf(try get("users")).contains("2027")))
    }

    @Test("a scorecard's own id wins over the id of its session")
    func ownIDWins() throws {
        let tenant = ours.tenant
        let first = try tenant.addSession(user: ours.user, scenario: ours.scenario)
        let second = try tenant.addSession(user: ours.user, scenario: ours.scenario)
        try tenant.addScorecard(session: first, headline: "by its session")
        #expect(try dataOf(try get("scorecards/\(first)")).contains("by its session"))
        // Another session's scorecard, whose own id is the first session's.
        try tenant.addScorecard(session: second, headline: "by its own id", id: first)
        #expect(try dataOf(try get("scorecards/\(first)")).contains("by its own id"))
        #expect(try dataOf(try get("scorecards/\(second)")).contains("by its own id"))
    }

    @Test("a worker that served one tenant a moment ago serves the next as if it had not")
    func alternating() throws {
        // More requests than workers: each worker serves both, and callers without a tenant between them.
        for _ in 0..<20 {
            #expect(try dataOf(try get("users")).contains("Ours user"))
            expectError(try stage.client.get("users", token: "x"), 401, "invalid_token")
            let text = try dataOf(try get("users", as: theirs))
            #expect(text.contains("Theirs user") && !text.contains("Ours"))
        }
    }
}
