import API
import Foundation
import Support

@testable import FuzzTargets

/// A pool of its own with two tenants, of whose rows all is known: each tenant's ids begin with digits that the other's never do.
struct FuzzPlace {
    struct Rows {
        let prefix: String
        let tenant: String
        var users: [String] = []
        var scenarios: [String] = []
        var sessions: [Session] = []
    }

    struct Session {
        let id: String
        let user: String
        /// Microseconds since 2000.
        let startedAt: Int64
        /// nil where it has none.
        let scorecard: String?
    }

    let database: Support.Database
    let deployment: Deployment
    /// The tenants; the first asks, the second is the foreign one, except where its own token is sent.
    let tenants: [Rows]
    let tokens: [FuzzToken]

    /// The moment beside which sessions begin, some together.
    static let noon: Int64 = 831_384_000_000_000

    init() throws {
        database = try Cluster.shared.get().makeDatabase(demo: false)
        tenants = try [Self.makeTenant("0a11", database), Self.makeTenant("fe22", database)]
        tokens = try Self.makeTokens(tenants, database)
        deployment = try Deployment(database)
    }

    private static func makeTenant(_ prefix: String, _ database: Support.Database) throws -> Rows {
        func id(_ number: Int) -> String { "\(prefix)0000-0000-4000-8000-\(String(repeating: "0", count: 12 - "\(number)".count))\(number)" }
        var rows = Rows(prefix: prefix, tenant: id(1))
        try database.sql("insert into tenants (id, name) values ($1, 'A tenant')", rows.tenant)
        for number in 10..<13 {
            rows.users.append(id(number))
            try database.sql(
                "insert into users (tenant_id, id, full_name, email, role) values ($1, $2, $3, 'x', 'rep')",
                rows.tenant,
                id(number),
                "\(prefix) \"\\\n😀"
            )
        }
        for number in 20..<22 {
            rows.scenarios.append(id(number))
            let sql = "insert into scenarios (tenant_id, id, name, call_type, status) values ($1, $2, $3, 'cold_call', 'active')"
            try database.sql(sql, rows.tenant, id(number), "\(prefix) scenario")
        }
        for number in 0..<30 {
            // Three to an instant, an hour apart.
            let startedAt = noon + Int64(number / 3) * 3_600_000_000 + (number > 20 ? 1 : 0)
            let session = Session(
                id: id(100 + number),
                user: rows.users[number % 3],
                startedAt: startedAt,
                scorecard: number % 2 == 0 ? id(200 + number) : nil
            )
            try add(session, to: rows, database)
            rows.sessions.append(session)
        }
        return rows
    }

    private static func add(_ session: Session, to rows: Rows, _ database: Support.Database) throws {
        try database.sql(
            """
            insert into sessions (tenant_id, id, user_id, scenario_id, status, started_at)
            values ($1, $2, $3, $4, $5, timestamptz '2000-01-01Z' + $6::text::bigint * interval '1 microsecond')
            """,
            rows.tenant,
            session.id,
            session.user,
            rows.scenarios[0],
            session.scorecard == nil ? "completed" : "scored",
            "\(session.startedAt)"
        )
        guard let scorecard = session.scorecard else { return }
        try database.sql(
            """
            insert into scorecards (tenant_id, id, session_id, overall_score, verdict, headline, categories, callouts)
            values ($1, $2, $3, 80, 'solid', $4, '[{"a": 1.50}]', '[]')
            """,
            rows.tenant,
            scorecard,
            session.id,
            "\(rows.prefix) headline"
        )
        try database.sql(
            "insert into transcripts (tenant_id, session_id, turns) values ($1, $2, $3::text::json)",
            rows.tenant,
            session.id,
            "[{\"role\":\"rep\",\"message\":\"\(rows.prefix)\",\"time\":0}]"
        )
    }

    private static func makeTokens(_ tenants: [Rows], _ database: Support.Database) throws -> [FuzzToken] {
        let ours = tenants[0].tenant
        var tokens = try tenants.indices.map {
            FuzzToken(field: "Bearer \(try database.makeToken(tenant: tenants[$0].tenant))", meaning: .tenant($0, Set(allScopes)))
        }
        for scope in Scope.allCases.map(\.rawValue) {
            tokens.append(FuzzToken(field: "bearer   \(try database.makeToken(tenant: ours, scopes: [scope]))", meaning: .tenant(0, [scope])))
        }
        let revoked = try database.makeToken(tenant: ours)
        try database.sql("update api_tokens set revoked_at = now() where prefix = $1", String(revoked.prefix(16)))
        let expired = try database.makeToken(tenant: ours)
        try database.sql("update api_tokens set expires_at = now() - interval '1 second' where prefix = $1", String(expired.prefix(16)))
        var generator = SeededGenerator(seed: 80)
        let unknown = Token(using: &generator).text
        for token in [revoked, expired, unknown, unknown + "0", String(unknown.dropLast()), "x", "debrief_", "é", "\"", "' or 1=1"] {
            tokens.append(FuzzToken(field: "Bearer \(token)", meaning: .invalid))
        }
        for field in [nil, "Bearer", "Basic dXNlcjpwYXNz", "Token \(unknown)", "Bearer\(unknown)"] {
            tokens.append(FuzzToken(field: field, meaning: .missing))
        }
        return tokens
    }
}
