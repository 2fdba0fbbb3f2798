import Postgres
import Support

@testable import API

/// Databases in which each value tells whose it is: of a foreign row, any column gives it away.
///
///     uuid          begins with the tenant's letter, but for ids that both tenants have
///     timestamptz   ends in 111 microseconds where it is a's, in 222 where it is b's
///     integer       is even where it is a's, odd where it is b's
///     text, json    begins with the tenant's letter; of words in a closed set, a has these and b has those
struct MarkedTenants: Sendable {
    typealias Tenant = TwoTenants.Tenant

    /// Made once for all tests that ask for it.
    static let shared = Swift.Result { try MarkedTenants() }

    /// How many sessions, users, scenarios and scorecards a tenant has.
    static let count = 6
    /// How many of each have the same id in both tenants.
    static let sharedCount = 2

    /// Both tenants' rows.
    let both: Support.Database
    /// One tenant's rows and no others.
    let alone: [Tenant: Support.Database]
    /// No rows at all.
    let empty: Support.Database

    private init() throws {
        let cluster = try Cluster.shared.get()
        both = try Self.makeBoth()
        empty = try cluster.makeDatabase(demo: false)
        var alone: [Tenant: Support.Database] = [:]
        for tenant in Tenant.allCases {
            let database = try cluster.makeDatabase(demo: false)
            try database.script(Self.rows(of: tenant))
            alone[tenant] = database
        }
        self.alone = alone
    }

    /// One more database with both tenants' rows, for a test that spoils it.
    static func makeBoth() throws -> Support.Database {
        let database = try Cluster.shared.get().makeDatabase(demo: false)
        for tenant in Tenant.allCases {
            try database.script(rows(of: tenant))
            for token in tokenNames { Secrets.note(token: "\(token) \(tenant)") }
        }
        return database
    }

    /// The id of a tenant's row, counted from 1.
    static func id(_ number: Int, of tenant: Tenant) -> String {
        let mark = number <= sharedCount ? "cccccccc" : String(repeating: tenant.rawValue, count: 8)
        return "\(mark)-0000-0000-0000-00000000000\(number)"
    }

    /// When a tenant's session started: the two tenants take turns, an hour each.
    static func startedAt(_ number: Int, of tenant: Tenant) -> String {
        let hour = 2 * number + (tenant == .a ? 0 : 1)
        return "2026-05-01T\(hour < 10 ? "0" : "")\(hour):00:00.\(microseconds(of: tenant))Z"
    }

    private static func microseconds(of tenant: Tenant) -> String { tenant == .a ? "000111" : "000222" }

    /// Whose a value is; nil where it is anybody's, as null, a shared id and a number that is counted.
    static func owner(of value: RawSpan?, _ type: PostgresType) -> Tenant? {
        guard let value, value.byteCount > 0 else { return nil }
        switch type {
        case .uuid: return owner(value.unsafeLoad(as: UInt8.self), a: 0xaa, b: 0xbb)
        case .timestamptz: return owner(value.int64 % 1_000, a: 111, b: 222)
        case .integer: return value.int32 % 2 == 0 ? .a : .b
        // `["a …"]`, or nothing.
        case .json: return value.byteCount < 3 ? nil : owner(of: value.unsafeLoad(fromByteOffset: 2, as: UInt8.self), 0)
        case .text:
            return owner(of: value.unsafeLoad(as: UInt8.self), value.byteCount < 2 ? 0 : value.unsafeLoad(fromByteOffset: 1, as: UInt8.self))
        case .bytea, .bigint, .record: return nil
        }
    }

    private static func owner<Mark: Equatable>(_ mark: Mark, a: Mark, b: Mark) -> Tenant? { mark == a ? .a : mark == b ? .b : nil }

    /// Of a text by its first two letters: `a …`, scored, rep and active, or else `b …`, in_progress, manager and archived.
    private static func owner(of first: UInt8, _ second: UInt8) -> Tenant? {
        switch first {
        case UInt8(ascii: "a"): second == UInt8(ascii: "r") ? .b : .a
        case UInt8(ascii: "s"), UInt8(ascii: "r"): .a
        case UInt8(ascii: "b"), UInt8(ascii: "i"), UInt8(ascii: "m"): .b
        default: nil
        }
    }

    private static let tokenNames =
        ["live", "for ever", "expired", "revoked", "revoked and expired", "without scopes"] + Scope.allCases.map { "all but \($0.rawValue)" }

    private static func rows(of tenant: Tenant) -> String {
        let (id, letter, isA) = (tenant.id, tenant.rawValue, tenant == .a)
        let scopes = Scope.allCases.map { "'\($0.rawValue)'" }.joined(separator: ", ")
        let created = "'2026-01-01T00:00:00.\(microseconds(of: tenant))Z'::timestamptz"
        return """
            create function pg_temp.key(n bigint) returns uuid language sql as $$
                select ((case when n > \(sharedCount) then '\(String(repeating: letter, count: 8))' else 'cccccccc' end)
                    || lpad(n::text, 24, '0'))::uuid $$;
            insert into tenants (id, name) values ('\(id)', 'tenant \(letter)');
            insert into users (tenant_id, id, full_name, email, role, created_at)
                select '\(id)', pg_temp.key(n), '\(letter) user ' || n, '\(letter)@debrief.test', '\(isA ? "rep" : "manager")', \(created)
                from generate_series(1, \(count)) n;
            insert into scenarios (tenant_id, id, name, call_type, status, created_at)
                select '\(id)', pg_temp.key(n), '\(letter) scenario ' || n, '\(letter) call', '\(isA ? "active" : "archived")', \(created)
                from generate_series(1, \(count)) n;
            insert into sessions (tenant_id, id, user_id, scenario_id, status, started_at, ended_at, duration_seconds, created_at)
                select '\(id)', pg_temp.key(n), pg_temp.key(n), pg_temp.key(n), '\(isA ? "scored" : "in_progress")', t, t + interval '5 minutes',
                    300 + 2 * n + \(isA ? 0 : 1), \(created)
                from generate_series(1, \(count)) n,
                    lateral (select '2026-05-01T00:00:00.\(microseconds(of: tenant))Z'::timestamptz + (2 * n + \(isA ? 0 : 1)) * interval '1 hour') s (t);
            insert into transcripts select tenant_id, id, json_build_array('\(letter) turns') from sessions where tenant_id = '\(id)';
            insert into scorecards (tenant_id, id, session_id, overall_score, verdict, headline, categories, callouts, created_at)
                select tenant_id, id, id, \(isA ? 40 : 81), '\(letter) verdict', '\(letter) headline', '["\(letter) categories"]', '["\(letter) callouts"]',
                    \(created)
                from sessions where tenant_id = '\(id)';
            insert into api_tokens (tenant_id, name, token_hash, prefix, scopes, expires_at, revoked_at)
                select '\(id)'::uuid, name, sha256((name || ' \(letter)')::bytea), 'debrief_', scopes, expires_at, revoked_at
                from (values
                    ('live', array[\(scopes)], now() + interval '1 day', null::timestamptz),
                    ('for ever', array[\(scopes)], null, null),
                    ('expired', array[\(scopes)], now(), null),
                    ('revoked', array[\(scopes)], null, now()),
                    ('revoked and expired', array[\(scopes)], now(), now()),
                    ('without scopes', array[]::text[], null, null)
                ) as tokens (name, scopes, expires_at, revoked_at)
                union all
                select '\(id)'::uuid, 'all but ' || scope, sha256(('all but ' || scope || ' \(letter)')::bytea), 'debrief_', array_remove(all_scopes, scope),
                    null, null
                from (values (array[\(scopes)])) as s (all_scopes), unnest(all_scopes) as scope;
            drop function pg_temp.key;
            -- The writers fold at random; here each of the summary's tables is to hold the same in all databases, and something of each tenant.
            select fold_session_deltas('\(id)');
            insert into session_deltas
                select tenant_id, hour, 5, \(isA ? 4 : 0), \(isA ? 3 : 0), \(isA ? 120 : 0) from session_hours where tenant_id = '\(id)' order by hour limit 2;
            """
    }
}
