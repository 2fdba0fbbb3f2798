import Postgres
import Support
import Waiting

@testable import API

/// Databases with the same rows but for whose are there: a caller's answers have to be the same with and without the other tenant's rows.
struct TwoTenants: Sendable {
    /// Made once for all tests that ask for it.
    static let shared = Swift.Result { try TwoTenants() }

    /// A tenant by its letter, which begins its ids and names its rows.
    enum Tenant: String, CaseIterable, Sendable {
        case a
        case b

        var id: String { String(repeating: rawValue, count: 8) + "-0000-0000-0000-000000000000" }
    }

    /// Both tenants' rows.
    let both: Support.Database
    /// One tenant's rows and no others.
    let alone: [Tenant: Support.Database]
    /// No rows at all.
    let empty: Support.Database

    private init() throws {
        let cluster = try Cluster.shared.get()
        both = try cluster.makeDatabase(demo: false)
        empty = try cluster.makeDatabase(demo: false)
        var alone: [Tenant: Support.Database] = [:]
        for tenant in Tenant.allCases {
            let database = try cluster.makeDatabase(demo: false)
            alone[tenant] = database
            for target in [both, database] { try target.script(Self.rows(of: tenant)) }
            for name in ["live", "for ever", "revoked later"] { Secrets.note(token: "\(name) \(tenant)") }
        }
        self.alone = alone
    }

    /// A few rows of a tenant. Some ids are the same in both: ids are unique within a tenant only.
    private static func rows(of tenant: Tenant) -> String {
        let count = tenant == .a ? 7 : 11
        return """
            create function pg_temp.key(n bigint) returns uuid language sql as
                $$ select ((case when n > 3 then '\(String(repeating: tenant.rawValue, count: 8))' else 'cccccccc' end)
                    || lpad(to_hex(n), 24, '0'))::uuid $$;
            insert into tenants (id, name) values ('\(tenant.id)', 'tenant \(tenant)');
            insert into users (tenant_id, id, full_name, email, role)
                select '\(tenant.id)', pg_temp.key(n), 'user \(tenant) ' || n, 'x', 'rep' from generate_series(1, \(count)) n;
            insert into scenarios (tenant_id, id, name, call_type, status)
                select '\(tenant.id)', pg_temp.key(n), 'scenario \(tenant) ' || n, 'cold_call', 'active' from generate_series(1, \(count)) n;
            insert into sessions (tenant_id, id, user_id, scenario_id, status, started_at, duration_seconds)
                select '\(tenant.id)', pg_temp.key(n), pg_temp.key(n), pg_temp.key(n), 'scored',
                    '2026-05-01 00:00:00+00'::timestamptz + n * interval '1 hour', \(count) * 100 + n from generate_series(1, \(count)) n;
            insert into transcripts select tenant_id, id, json_build_array('turns of \(tenant)') from sessions where tenant_id = '\(tenant.id)';
            insert into scorecards (tenant_id, id, session_id, overall_score, verdict, headline, categories, callouts)
                select tenant_id, id, id, \(count), 'verdict of \(tenant)', 'headline of \(tenant)', '[]', '[]'
                from sessions where tenant_id = '\(tenant.id)';
            insert into api_tokens (tenant_id, name, token_hash, prefix, scopes, expires_at, revoked_at)
                select '\(tenant.id)', name, sha256((name || ' \(tenant)')::bytea), 'debrief_', scopes, expires_at, revoked_at
                from (values
                    ('live', array['sessions:read', 'scorecards:read', 'scenarios:read', 'users:read', 'analytics:read'], now() + interval '1 day',
                        null::timestamptz),
                    ('for ever', array['sessions:read', 'scorecards:read', 'scenarios:read', 'users:read', 'analytics:read'], null, null),
                    ('expired', array['sessions:read', 'scorecards:read', 'scenarios:read', 'users:read', 'analytics:read'], now(), null),
                    ('revoked', array['sessions:read', 'scorecards:read', 'scenarios:read', 'users:read', 'analytics:read'], null, now()),
                    ('revoked later', array['sessions:read', 'scorecards:read', 'scenarios:read', 'users:read', 'analytics:read'], null,
                        now() + interval '1 year'),
                    ('revoked and expired', array['sessions:read'], now(), now()),
                    ('without scopes', array[]::text[], null, null)
                ) as tokens (name, scopes, expires_at, revoked_at);
            update sessions set created_at = started_at;
            update users set created_at = '2026-01-01';
            update scenarios set created_at = '2026-01-01';
            update scorecards set created_at = '2026-01-01';
            drop function pg_temp.key;
            -- The writers fold at random; here each of the summary's tables is to hold the same in all databases, and something of each tenant.
            select fold_session_deltas('\(tenant.id)');
            insert into session_deltas select tenant_id, hour, 5, 4, 3, 200 + \(count) from session_hours where tenant_id = '\(tenant.id)'
                order by hour limit 2;
            """
    }
}

/// What statements are executed with here, by their types: bounds that leave nothing out, and an id that both tenants have.
func generousArguments(of statement: Statement) -> [String] {
    // The summary's rows, hours, days and hours.
    let summary = [
        "0001-01-01T00:00:00Z", "9999-12-31T00:00:00Z", "2026-05-01T02:00:00Z", "2026-05-01T03:00:00Z", "2026-05-01T05:00:00Z",
        "2026-05-01T07:00:00Z",
    ]
    var dates = statement.name == "summarize" ? summary : ["infinity", "-infinity"]
    return statement.parameters.map { type in
        switch type {
        case .timestamptz: dates.removeFirst()
        case .uuid: statement.name.hasPrefix("list_sessions") && dates.count == 1 ? largestID : sharedID
        default: "1000"
        }
    }
}

/// The id of a user, a scenario, a session and a scorecard of either tenant.
let sharedID = "cccccccc-0000-0000-0000-000000000002"
private let largestID = "ffffffff-ffff-ffff-ffff-ffffffffffff"
