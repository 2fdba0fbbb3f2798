import Postgres
import Support
import Testing

@testable import API

@Suite("The table of endpoints")
struct EndpointTests {
    private static let database = Swift.Result { try Cluster.shared.get().makeDatabase(demo: false) }

    @Test("the endpoints are the reference's, with its paths and scopes, and any more of them belong here")
    func paths() {
        #expect(
            Endpoint.all.map { "\($0.path) \($0.scope.rawValue)" } == [
                "/api/v1/sessions sessions:read",
                "/api/v1/sessions/:id sessions:read",
                "/api/v1/scorecards/:id scorecards:read",
                "/api/v1/scenarios scenarios:read",
                "/api/v1/users users:read",
                "/api/v1/analytics/summary analytics:read",
            ]
        )
    }

    @Test("the keys of each endpoint are the contract's, in the reference's order; a question mark is for what may be null")
    func keys() {
        let session = "id user_id scenario_id status started_at ended_at? duration_seconds? created_at"
        let keys = [
            "list_sessions": session,
            "get_session": "\(session) scorecard_id? transcript",
            "get_scorecard": "id session_id overall_score verdict headline categories callouts created_at",
            "list_scenarios": "id name call_type status created_at",
            "list_users": "id full_name role last_session_at?",
            "summarize": "from to sessions scored avg_score? unique_reps",
        ]
        for endpoint in Endpoint.all {
            let found = endpoint.columns.map { $0.name + ($0.isNullable ? "?" : "") }.joined(separator: " ")
            #expect(found == keys[endpoint.name], "\(endpoint.name)")
        }
    }

    @Test("each endpoint takes the reference's parameters and no others")
    func parameters() {
        let parameters = ["list_sessions": ["limit", "from", "to", "user_id", "cursor"], "summarize": ["from", "to"]]
        for endpoint in Endpoint.all { #expect(endpoint.parameters.map(\.name) == parameters[endpoint.name, default: []], "\(endpoint.name)") }
    }

    @Test("names are unique: of endpoints, and of statements on a connection, which begin with the endpoint's")
    func names() {
        let statements = [Caller.statement] + Endpoint.all.flatMap(\.statements)
        #expect(Set(Endpoint.all.map(\.name)).count == Endpoint.all.count)
        #expect(Set(statements.map(\.name)).count == statements.count)
        for endpoint in Endpoint.all {
            #expect(endpoint.statements.allSatisfy { $0.name.hasPrefix(endpoint.name) })
            #expect(!endpoint.statements.isEmpty && !endpoint.documentation.summary.isEmpty)
        }
    }

    @Test("no statement names a tenant, a token, an email or all columns")
    func noTenant() {
        for statement in Endpoint.all.flatMap(\.statements) {
            for word in ["tenant", "token", "email", "select *", ".*"] { #expect(!statement.sql.contains(word), "\(statement.name): \(word)") }
        }
    }

    @Test("each statement returns the endpoint's columns, by their names, in their order and with their types", arguments: Endpoint.all.map(\.name))
    func columns(_ name: String) throws {
        let endpoint = try #require(Endpoint.all.first { $0.name == name })
        let database = try Self.database.get()
        for statement in endpoint.statements {
            let types = statement.parameters.map { "\($0)" }
            try database.script(
                """
                prepare \(statement.name)\(types.isEmpty ? "" : "(\(types.joined(separator: ", ")))") as \(statement.sql);
                create temporary table "result of \(statement.name)" as
                execute \(statement.name)\(types.isEmpty ? "" : "(\(types.map { _ in "null" }.joined(separator: ", ")))");
                """
            )
            let found = try database.sql(
                "select attname::text, atttypid::integer::text from pg_attribute where attrelid = $1::text::regclass and attnum > 0 order by attnum",
                "\"result of \(statement.name)\""
            )
            #expect(found == endpoint.columns.map { [$0.name, "\($0.kind.postgresType.rawValue)"] })
            #expect(statement.columns == endpoint.columns.map(\.kind.postgresType))
        }
    }

    @Test("a worker prepares every statement on a migrated database, as its role")
    func prepare() throws {
        let database = try Self.database.get()
        let settings = API.Database.Settings(conninfo: database.conninfo(user: "debrief_api"), statementTimeoutMilliseconds: 10_000)
        var worker = API.Database(settings, endpoints: Endpoint.all)
        try worker.prepare()
        let isConnected = worker.isConnected
        #expect(isConnected)
    }

    @Test(
        "a statement that takes or returns other types than it declares is refused when it is prepared",
        arguments: [
            Statement(name: "columns", sql: "select id from users", parameters: [], columns: [.text]),
            Statement(name: "more_columns", sql: "select id, role from users", parameters: [], columns: [.uuid]),
            Statement(name: "parameters", sql: "select id from users where id = $1 and role = $2", parameters: [.uuid], columns: [.uuid]),
        ]
    )
    func otherTypes(_ statement: Statement) throws {
        var connection = try Self.database.get().connect(user: "debrief_api")
        #expect(throws: PostgresError.self) { try connection.prepare([statement], until: .after(milliseconds: 60_000)) }
    }

    @Test("columns that are never null are NOT NULL in the tables, or made so by the statement")
    func nulls() throws {
        let nullable = try Self.database.get().sql(
            """
            select table_name || '.' || column_name from information_schema.columns
            where table_schema = 'public' and is_nullable = 'YES' order by 1
            """
        )
        let ofEndpoints = Set(Endpoint.all.flatMap(\.columns).filter(\.isNullable).map(\.name))
        #expect(ofEndpoints == ["ended_at", "duration_seconds", "scorecard_id", "last_session_at", "avg_score"])
        // The score is no column of an endpoint: the summary reads it.
        let tokens = [["api_tokens.expires_at"], ["api_tokens.revoked_at"]]
        #expect(nullable == tokens + [["sessions.duration_seconds"], ["sessions.ended_at"], ["sessions.score"]])
    }
}
