import Postgres
import Support
import Testing
import Waiting

// In sequence, since each case holds the locks of the rows that it changes.
@Suite("What the tables refuse, and what they take", .serialized)
struct ConstraintTests {
    private static let database = Swift.Result { try makeDatabase() }

    /// The demo's rows, and a tenant with a user, a scenario and a session beside it.
    private static func makeDatabase() throws -> Support.Database {
        let database = try Cluster.shared.get().makeDatabase()
        try database.script(
            """
            insert into tenants (id, name) values ('\(other)', 'other');
            insert into users (tenant_id, id, full_name, email, role) values ('\(other)', '\(other)', 'x', 'x', 'rep');
            insert into scenarios (tenant_id, id, name, call_type, status) values ('\(other)', '\(other)', 'x', 'x', 'active');
            insert into sessions (tenant_id, id, user_id, scenario_id, status, started_at)
                values ('\(other)', '\(other)', '\(other)', '\(other)', 'scored', now());
            """
        )
        return database
    }

    private static let other = "99999999-0000-0000-0000-000000000000"

    /// A role's connection within a transaction that is never committed.
    private func connect(user: String) throws -> Connection {
        var connection = try Self.database.get().connect(user: user)
        try connection.execute(script: "begin", until: .after(milliseconds: 60_000))
        return connection
    }

    /// Tables by column that holds a value of a closed set, and the set.
    private static let closedSets = [
        ("users", "role", ["rep", "manager", "admin"]),
        ("scenarios", "status", ["active", "archived"]),
        ("sessions", "status", ["in_progress", "completed", "scored", "failed"]),
    ]

    @Test("a closed set takes its values and no others, letter case and white space included", arguments: closedSets)
    func closedSet(_ table: String, _ column: String, _ values: [String]) throws {
        for value in values {
            var connection = try connect(user: "debrief_platform")
            #expect(try connection.refusal(of: "update \(table) set \(column) = '\(value)'") == nil)
        }
        for value in ["", "other", values[0].uppercased(), values[0] + " ", " " + values[0], values.joined(separator: ",")] {
            var connection = try connect(user: "debrief_platform")
            #expect(try connection.refusal(of: "update \(table) set \(column) = '\(value)'") == "23514", "\(value)")
        }
    }

    @Test(
        "a number has its range",
        arguments: [
            ("scorecards", "overall_score", ["0", "100"], ["-1", "101"]),
            ("sessions", "duration_seconds", ["0", "2147483647", "null"], ["-1"]),
        ]
    )
    func ranges(_ table: String, _ column: String, _ taken: [String], _ refused: [String]) throws {
        for value in taken {
            var connection = try connect(user: "debrief_platform")
            #expect(try connection.refusal(of: "update \(table) set \(column) = \(value)") == nil, "\(value)")
        }
        for value in refused {
            var connection = try connect(user: "debrief_platform")
            #expect(try connection.refusal(of: "update \(table) set \(column) = \(value)") == "23514", "\(value)")
        }
    }

    private static let dateTimes = [
        ("tenants", "created_at"), ("users", "created_at"), ("scenarios", "created_at"), ("sessions", "created_at"), ("sessions", "started_at"),
        ("sessions", "ended_at"), ("scorecards", "created_at"), ("api_tokens", "created_at"), ("api_tokens", "expires_at"),
        ("api_tokens", "revoked_at"),
    ]

    @Test("a date-time is within the years 1 to 9999, so that RFC 3339 can write it", arguments: dateTimes)
    func years(_ table: String, _ column: String) throws {
        let user = table == "api_tokens" ? "postgres" : "debrief_platform"
        if table == "api_tokens" { try Self.database.get().insertToken() }
        for value in ["0001-01-01 00:00:00Z", "9999-12-31 23:59:59.999999Z"] {
            var connection = try connect(user: user)
            #expect(try connection.refusal(of: "update \(table) set \(column) = '\(value)'") == nil, "\(value)")
        }
        for value in ["0001-12-31 23:59:59.999999Z BC", "10000-01-01 00:00:00Z", "infinity", "-infinity", "294276-12-31 00:00:00Z"] {
            var connection = try connect(user: user)
            #expect(try connection.refusal(of: "update \(table) set \(column) = '\(value)'") == "23514", "\(value)")
        }
    }

    @Test("there is no date-time whose range is not looked at")
    func everyDateTime() throws {
        let columns = try Self.database.get().sql(
            """
            select table_name, column_name from information_schema.columns
            where table_schema = 'public' and data_type = 'timestamp with time zone' and table_name <> 'debrief_migrations'
                -- Hours and days of sessions, whose range is looked at.
                and table_name not in ('session_hours', 'session_days', 'session_deltas')
            """
        )
        #expect(Set(columns) == Set(Self.dateTimes.map { [$0.0, $0.1] }))
    }

    @Test("what the contract does not call nullable is not")
    func nulls() throws {
        let columns = try Self.database.get().sql(
            """
            select table_name, column_name from information_schema.columns
            where table_schema = 'public' and (table_name, column_name) not in
                    (('sessions', 'ended_at'), ('sessions', 'duration_seconds'), ('sessions', 'score'))
                and table_name in ('tenants', 'users', 'scenarios', 'sessions', 'transcripts', 'scorecards')
            """
        )
        #expect(columns.count > 30)
        for column in columns {
            let (table, name) = (try #require(column[0]), try #require(column[1]))
            var connection = try connect(user: "debrief_platform")
            #expect(try connection.refusal(of: "update \(table) set \(name) = null") == "23502", "\(table).\(name)")
        }
    }

    @Test(
        "a row refers to no row of another tenant",
        arguments: [
            "update sessions set user_id = '\(other)' where tenant_id <> '\(other)'",
            "update sessions set scenario_id = '\(other)' where tenant_id <> '\(other)'",
            "update transcripts set session_id = '\(other)' where session_id = '30000000-0000-0000-0000-000000000001'",
            "update scorecards set session_id = '\(other)' where session_id = '30000000-0000-0000-0000-000000000001'",
            "update users set tenant_id = gen_random_uuid() where tenant_id = '\(other)'",
            "delete from users where tenant_id = '\(other)'",
            "delete from tenants where id = '\(other)'",
        ]
    )
    func foreignKeys(_ sql: String) throws {
        var connection = try connect(user: "debrief_platform")
        #expect(try connection.refusal(of: sql) == "23503")
    }

    @Test("a session has one scorecard at most, and a transcript that is an array")
    func documents() throws {
        for (sql, code) in [
            ("update scorecards set session_id = '30000000-0000-0000-0000-000000000001'", "23505"),
            ("update transcripts set turns = '{}'", "23514"), ("update transcripts set turns = 'null'", "23514"),
            ("update transcripts set turns = '[1'", "22P02"), ("update scorecards set categories = 'x'", "22P02"),
        ] {
            var connection = try connect(user: "debrief_platform")
            #expect(try connection.refusal(of: sql) == code, "\(sql)")
        }
    }

    @Test("a document is kept as it was written, white space, key order and repeated keys included")
    func verbatim() throws {
        var connection = try connect(user: "debrief_platform")
        let text = #"[ {"b":1.50,"a" : 1e2,"a":"\u00e9"} ]"#
        let rows = try connection.query("update transcripts set turns = $1::json returning turns", [text], until: .after(milliseconds: 60_000))
        #expect(rows.first == [text])
    }

    @Test("a name that a list is sorted by fits into the index, whatever its characters")
    func names() throws {
        for (table, column) in [("users", "full_name"), ("scenarios", "name")] {
            var connection = try connect(user: "debrief_platform")
            let name = "(select string_agg(chr(66304 + (random() * 1000)::integer), '') from generate_series(1, 500))"
            #expect(try connection.refusal(of: "update \(table) set \(column) = \(name) where tenant_id = '\(Self.other)'") == nil)
            #expect(try connection.refusal(of: "update \(table) set \(column) = \(name) || 'x' where tenant_id = '\(Self.other)'") == "23514")
        }
    }

    @Test(
        "a token has a SHA-256, a short prefix and scopes that exist",
        arguments: [
            ("token_hash = '\\x00'", "23514"), ("token_hash = token_hash || '\\x00'::bytea", "23514"),
            ("prefix = repeat('x', 21)", "23514"), ("scopes = '{all}'", "23514"), ("scopes = '{sessions:read,sessions:write}'", "23514"),
            ("tenant_id = gen_random_uuid()", "23503"), ("name = null", "23502"), ("token_hash = sha256('other')", "23505"),
        ]
    )
    func tokens(_ change: String, _ code: String) throws {
        let database = try Self.database.get()
        try database.insertToken()
        var connection = try connect(user: "postgres")
        _ = try connection.refusal(
            of: """
                insert into api_tokens (tenant_id, name, token_hash, prefix, scopes)
                select id, 'other', sha256('other'), 'x', '{}' from tenants limit 1
                """
        )
        #expect(try connection.refusal(of: "update api_tokens set \(change) where name = 'constraint'") == code)
    }
}

extension Support.Database {
    /// A token that is the same for all who ask for it.
    fileprivate func insertToken() throws {
        try sql(
            """
            insert into api_tokens (tenant_id, name, token_hash, prefix, scopes)
            select id, 'constraint', sha256('constraint'), 'debrief_', '{sessions:read}' from tenants order by id limit 1
            on conflict (token_hash) do nothing
            """
        )
    }
}
