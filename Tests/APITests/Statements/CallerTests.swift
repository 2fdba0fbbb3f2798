import Digest
import Postgres
import Support
import Testing
import Waiting

@testable import API

@Suite("Who calls: the caller's statement, in the pipeline that a request is")
struct CallerTests {
    private let deadline = Deadline.after(milliseconds: 60_000)
    private let databases: TwoTenants

    init() throws { databases = try TwoTenants.shared.get() }

    /// A token, a scope, and what becomes of the two.
    struct Case: Sendable, CustomTestStringConvertible {
        let token: String
        let scope: Scope
        let outcome: String

        init(_ token: String, _ outcome: String, _ scope: Scope = .sessionsRead) {
            self.token = token
            self.scope = scope
            self.outcome = outcome
        }

        var testDescription: String { "\(token), \(scope.rawValue)" }

        static let all = [
            Case("live a", "live"),
            Case("live b", "live", .analyticsRead),
            Case("for ever a", "live", .usersRead),
            Case("expired a", "expired"),
            Case("revoked a", "revoked"),
            // Once it is set, a token is refused, whatever moment it names.
            Case("revoked later a", "revoked"),
            Case("revoked and expired a", "revoked"),
            // Which scopes a dead token had is nobody's business.
            Case("revoked and expired a", "revoked", .usersRead),
            Case("without scopes a", "insufficient_scope"),
            Case("nobody's", "unknown"),
            Case("", "unknown"),
        ]
    }

    /// One request's exchange: the caller's statement and another, in one pipeline.
    ///
    /// - Returns: what the caller's says, the tenant that is set in the end, and the rows of the other.
    private func exchange(_ test: Case, _ connection: inout Connection) throws -> (outcome: String?, tenant: String?, rowCount: Int) {
        var arguments = Arguments()
        let bytes = Array(test.token.utf8)
        Caller.bind(bytes.span, test.scope, to: &arguments)
        let none = Arguments()
        try connection.send(Caller.statement, arguments)
        try connection.send(Self.tenant, none)
        try connection.send(Self.rows, none)
        try connection.sync()
        let caller = try connection.receive(until: deadline)
        let tenant = try connection.receive(until: deadline)
        let rows = try connection.receive(until: deadline)
        try connection.drain(until: deadline)
        return (caller.value(row: 0, column: 0)?.field(0, .text)?.string, tenant.value(row: 0, column: 0)?.string, rows.rowCount)
    }

    private static let tenant = Statement(
        name: "tenant",
        sql: "select nullif(current_setting('debrief.tenant', true), '')",
        parameters: [],
        columns: [.text]
    )
    private static let rows = Statement(name: "rows", sql: "select id from sessions", parameters: [], columns: [.uuid])

    private func connect() throws -> Connection {
        var connection = try databases.both.connect(user: "debrief_api")
        try connection.prepare([Caller.statement, Self.tenant, Self.rows], until: deadline)
        return connection
    }

    @Test("a caller is told what he is, and only one who is live sees rows, his own tenant's", arguments: Case.all)
    func outcomes(_ test: Case) throws {
        var connection = try connect()
        let (outcome, tenant, rowCount) = try exchange(test, &connection)
        #expect(outcome == test.outcome)
        let isOfA = test.token.hasSuffix("a")
        #expect(tenant == (outcome == "live" ? (isOfA ? TwoTenants.Tenant.a : .b).id : nil))
        #expect(rowCount == (outcome == "live" ? (isOfA ? 7 : 11) : 0))
    }

    @Test("nothing of a request is left for the next on the same connection")
    func connectionReused() throws {
        var connection = try connect()
        for test in Case.all + Case.all.reversed() {
            _ = try exchange(Case("live b", "live"), &connection)
            let (outcome, tenant, rowCount) = try exchange(test, &connection)
            #expect(outcome == test.outcome)
            #expect((tenant == nil) == (outcome != "live"))
            #expect((rowCount == 0) == (outcome != "live"))
        }
    }

    @Test("a pipeline that an error ended leaves no tenant behind")
    func failedPipeline() throws {
        var connection = try connect()
        let fault = Statement(name: "fault", sql: "select 1 / count(id) from sessions where false", parameters: [], columns: [.bigint])
        try connection.prepare([Caller.statement, Self.tenant, Self.rows, fault], until: deadline)
        var caller = Arguments()
        let token = Array("live a".utf8)
        Caller.bind(token.span, .sessionsRead, to: &caller)
        let none = Arguments()
        try connection.send(Caller.statement, caller)
        try connection.send(fault, none)
        try connection.sync()
        _ = try connection.receive(until: deadline)
        #expect(throws: PostgresError.self) { _ = try connection.receive(until: deadline) }
        try connection.drain(until: deadline)

        try connection.send(Self.tenant, none)
        try connection.send(Self.rows, none)
        try connection.sync()
        let tenant = try connection.receive(until: deadline)
        let rows = try connection.receive(until: deadline)
        try connection.drain(until: deadline)
        let (name, count) = (tenant.value(row: 0, column: 0)?.string, rows.rowCount)
        #expect(name == nil && count == 0)
    }

    @Test("revoking, expiring and scopes taken away take effect at the next request")
    func changes() throws {
        let database = try Cluster.shared.get().makeDatabase(demo: false)
        try database.sql("insert into tenants (id, name) values ('\(TwoTenants.Tenant.a.id)', 'a')")
        try database.sql(
            """
            insert into api_tokens (tenant_id, name, token_hash, prefix, scopes)
            select id, 'x', sha256('x'), 'debrief_', array['sessions:read'] from tenants
            """
        )
        var connection = try database.connect(user: "debrief_api")
        try connection.prepare([Caller.statement, Self.tenant, Self.rows], until: deadline)
        for (change, outcome) in [
            ("select", "live"), ("update api_tokens set scopes = '{users:read}'", "insufficient_scope"),
            ("update api_tokens set scopes = '{sessions:read}', expires_at = now()", "expired"),
            ("update api_tokens set expires_at = now() + interval '1 hour'", "live"), ("update api_tokens set revoked_at = now()", "revoked"),
            ("delete from api_tokens", "unknown"),
        ] {
            try database.sql(change)
            #expect(try exchange(Case("x", outcome), &connection).outcome == outcome)
        }
    }

    @Test("the ids of token and tenant come with every token that exists, for the logs, and with no other")
    func ids() throws {
        for (name, isThere) in [("live", true), ("expired", true), ("revoked", true), ("without scopes", true), ("nobody's", false)] {
            let row = try databases.both.sql(
                "select tenant_id, token_id is not null from authenticate(sha256($1::text::bytea), 'users:read')",
                "\(name) b"
            )
            #expect(row == [isThere ? [TwoTenants.Tenant.b.id, "t"] : [nil, "f"]])
        }
    }

    @Test("no hash, or no scope, is no caller")
    func nulls() throws {
        #expect(try databases.both.value("select outcome from authenticate(null, 'users:read')") == "unknown")
        #expect(try databases.both.value("select outcome from authenticate(sha256('live a'), null)") == "insufficient_scope")
    }

    @Test("authenticate asks PostgreSQL's own functions and operators, whatever the caller's search path puts before them")
    func searchPath() throws {
        let database = try Cluster.shared.get().makeDatabase()
        try database.script(
            """
            create schema other;
            create table other.api_tokens as select * from api_tokens;
            create function other.same(bytea, bytea) returns boolean language sql as 'select true';
            create function other.same(text, text) returns boolean language sql as 'select true';
            create function other.earlier(timestamptz, timestamptz) returns boolean language sql as 'select false';
            create operator other.= (leftarg = bytea, rightarg = bytea, function = other.same);
            create operator other.= (leftarg = text, rightarg = text, function = other.same);
            create operator other.<= (leftarg = timestamptz, rightarg = timestamptz, function = other.earlier);
            create function other.now() returns timestamptz language sql as $$ select '-infinity'::timestamptz $$;
            create function other.set_config(text, text, boolean) returns text language sql as $$ select 'nothing' $$;
            insert into api_tokens (tenant_id, name, token_hash, prefix, scopes, expires_at)
            select id, word, sha256(word::bytea), '', array['users:read'], case word when 'expired' then now() end
            from (select id from tenants limit 1) t, (values ('live'), ('expired')) w (word);
            """
        )
        for (word, scope, outcome) in [
            ("nobody", "users:read", "unknown"), ("live", "users:read", "live"), ("live", "sessions:read", "insufficient_scope"),
            ("expired", "users:read", "expired"),
        ] {
            try database.script("begin; set local search_path = other, pg_catalog, public")
            let row = try database.sql(
                "select outcome, current_setting('debrief.tenant', true) operator(pg_catalog.=) tenant_id::text from public.authenticate(sha256($1::text::bytea), $2)",
                word,
                scope
            )
            try database.script("commit")
            #expect(row.first?.first == outcome)
            if outcome == "live" { #expect(row.first?.last == "t") }
        }
    }
}
