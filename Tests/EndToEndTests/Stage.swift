import Foundation
import Support

// These tests are callers: they see Debrief through nginx alone, with PostgreSQL behind it, and hold it to what is published.

/// What most tests share: the demo tenant behind workers and nginx. Nobody changes its rows; who needs others makes a ``Tenant``.
struct Stage: Sendable {
    private static let made = Result { try Stage() }

    let database: Database
    let deployment: Deployment
    /// The demo tenant's, with all scopes.
    let token: String

    var client: Client { deployment.client }

    private init() throws {
        database = try Cluster.shared.get().makeDatabase()
        token = try database.makeToken(tenant: database.demoTenant())
        deployment = try Deployment(database)
    }

    static func shared() throws -> Stage { try made.get() }
}

/// A new id, as PostgreSQL writes it.
func newID() -> String { UUID().uuidString.lowercased() }

/// A tenant of a test's own, in a database that others may use at the same time.
struct Tenant: Sendable {
    let id = newID()
    let database: Database
    /// With all scopes.
    let token: String

    init(_ database: Database) throws {
        self.database = database
        try database.sql("insert into tenants (id, name) values ($1, 'A tenant')", id)
        token = try database.makeToken(tenant: id)
    }

    func makeToken(scopes: [String]) throws -> String { try database.makeToken(tenant: id, scopes: scopes) }

    @discardableResult
    func addUser(_ name: String = "A User", role: String = "rep", id: String = newID()) throws -> String {
        try database.sql(
            "insert into users (tenant_id, id, full_name, email, role) values ($1, $2, $3, 'hidden@debrief.test', $4)",
            self.id,
            id,
            name,
            role
        )
        return id
    }

    @discardableResult
    func addScenario(_ name: String = "A Scenario", callType: String = "cold_call", status: String = "active", id: String = newID()) throws -> String
    {
        try database.sql(
            "insert into scenarios (tenant_id, id, name, call_type, status, created_at) values ($1, $2, $3, $4, $5, '2026-01-01Z')",
            self.id,
            id,
            name,
            callType,
            status
        )
        return id
    }

    @discardableResult
    func addSession(
        user: String,
        scenario: String,
        startedAt: String = "2026-05-06T17:00:00Z",
        status: String = "completed",
        id: String = newID()
    ) throws -> String {
        try database.sql(
            """
            insert into sessions (tenant_id, id, user_id, scenario_id, status, started_at, created_at)
            values ($1, $2, $3, $4, $5, $6::timestamptz, '2026-01-01Z')
            """,
            self.id,
            id,
            user,
            scenario,
            status,
            startedAt
        )
        return id
    }

    @discardableResult
    func addScorecard(session: String, score: Int = 80, headline: String = "A headline", id: String = newID()) throws -> String {
        try database.sql(
            """
            insert into scorecards (tenant_id, id, session_id, overall_score, verdict, headline, categories, callouts, created_at)
            values ($1, $2, $3, $4::text::int, 'solid', $5, '[]', '[]', '2026-01-01Z')
            """,
            self.id,
            id,
            session,
            "\(score)",
            headline
        )
        return id
    }

    func addTranscript(session: String, turns: String) throws {
        try database.sql("insert into transcripts (tenant_id, session_id, turns) values ($1, $2, $3::text::json)", id, session, turns)
    }
}
