import Postgres
import Support
import Testing
import Waiting

@testable import API

/// A database in which a bad plan shows: one tenant has most of the rows, two thousand have a few each, and the heap is in no order of use. A plan
/// made for the average tenant would be tempted to collect all of a tenant's rows and sort them; one made for the average user, to walk through the
/// tenant's sessions until it has found a page of his, or to read all of his. With 10 million sessions in place of 200,000 the pages came out
/// with the same plans.
struct PlanDatabase: Sendable {
    /// Made once for all tests that ask for it.
    static let shared = Swift.Result { try PlanDatabase() }

    /// The tenant with 160,000 sessions, one each 9 minutes from April 2023 to the end of 2025, but for a tie; of a thousand users, three of them
    /// unlike the others, who have 80 each.
    static let huge = "00000000-0000-0000-0000-000000000000"
    /// A user with every second one of those.
    static let busyUser = "00000000-0000-0000-0000-000000000001"
    /// A user with 80, among 160,000.
    static let rareUser = "00000000-0000-0000-0000-000000000007"
    /// A user with the oldest 200, and no other.
    static let formerUser = "00000000-0000-0000-0000-0000000003ea"
    /// A user without any.
    static let idleUser = "00000000-0000-0000-0000-0000000003e9"
    /// When 2,000 of those sessions began, and the id of one in their middle.
    static let tie = (startedAt: "2025-02-01T00:00:00Z", id: "00000000-0000-0000-0000-00000000c738")
    /// A tenant with 20 sessions of three users.
    static let tiny = "00000000-0000-0000-0000-0000000003e8"
    /// How many rows the tiny tenant has in all tables together, at most.
    static let tinyRowCount = 100

    let database: Support.Database

    private init() throws {
        database = try Cluster.shared.get().makeDatabase(demo: false)
        try database.script(Self.rows)
        try database.sql("vacuum analyze")
    }

    /// The plan of a statement, prepared and executed as a worker does it: as its role, with that role's settings, confined to a tenant.
    func explain(_ statement: Statement, _ arguments: [String], tenant: String) throws -> Plan {
        let deadline = Deadline.after(milliseconds: 60_000)
        var connection = try database.connect(user: "debrief_api")
        try connection.prepare([statement], until: deadline)
        try connection.execute(script: "begin", until: deadline)
        _ = try connection.query("select set_config('debrief.tenant', $1, true)", [tenant], until: deadline)
        let values = arguments.isEmpty ? "" : "(\(arguments.map { "'\($0)'" }.joined(separator: ", ")))"
        // Twice, since what is counted the first time includes the reading of the catalog.
        _ = try connection.query("execute \(statement.name)\(values)", until: deadline)
        let rows = try connection.query("explain (analyze, buffers, format json) execute \(statement.name)\(values)", until: deadline)
        let text = try #require(rows.first?.first ?? nil)
        return Plan(try #require(JSONValue(parsing: Array(text.utf8))?[0]?["Plan"]))
    }

    private static let rows = """
        -- No triggers: what they keep is written below.
        set session_replication_role = replica;
        create function pg_temp.key(n bigint) returns uuid language sql immutable as $$ select lpad(to_hex(n), 32, '0')::uuid $$;
        insert into tenants (id, name) select pg_temp.key(n), 'tenant ' || n from generate_series(0, 2000) n;
        insert into users (tenant_id, id, full_name, email, role)
        select pg_temp.key(t), pg_temp.key(u), 'User ' || u, 'nobody@example.org', 'rep'
        from generate_series(0, 2000) t, generate_series(1, case t when 0 then 1002 else 3 end) u order by md5(t || ' ' || u);
        insert into scenarios (tenant_id, id, name, call_type, status)
        select pg_temp.key(t), pg_temp.key(s), 'Scenario ' || s, 'cold_call', case s % 3 when 0 then 'archived' else 'active' end
        from generate_series(0, 2000) t, generate_series(1, case t when 0 then 200 else 2 end) s order by md5(t || ' ' || s);
        insert into sessions (tenant_id, id, user_id, scenario_id, status, score, started_at)
        select pg_temp.key(t), pg_temp.key(s),
            pg_temp.key(case when t <> 0 then 1 + s % 3 when s > 159800 then 1002 when s % 2 = 0 then 1 else 2 + s / 2 % 999 end),
            pg_temp.key(1 + s % 2), 'scored', 50,
            case when t = 0 and s between 50001 and 52000 then '2025-02-01 00:00:00+00'
                else '2026-01-01 00:00:00+00'::timestamptz - s * interval '9 minutes' end
        from generate_series(0, 2000) t, generate_series(1, case t when 0 then 160000 else 20 end) s order by md5(t || ' ' || s);
        insert into transcripts select tenant_id, id, '[]' from sessions;
        insert into scorecards (tenant_id, id, session_id, overall_score, verdict, headline, categories, callouts)
        select tenant_id, pg_temp.key(1000000 + ('x' || right(id::text, 8))::bit(32)::integer), id, 50, 'verdict', 'headline', '[]', '[]'
        from sessions;
        insert into session_hours
        select tenant_id, date_trunc('hour', started_at, 'UTC'), count(*), count(*), count(*), 50 * count(*) from sessions group by 1, 2;
        insert into session_days
        select tenant_id, date_trunc('day', hour, 'UTC'), sum(sessions), sum(scored), sum(cards), sum(score_sum) from session_hours group by 1, 2;
        insert into api_tokens (tenant_id, name, token_hash, prefix, scopes)
        select pg_temp.key(n % 2001), 'token', sha256(n::text::bytea), 'debrief_', array['sessions:read'] from generate_series(1, 5000) n;
        set session_replication_role = origin;
        """
}

/// A plan and what it cost, as `explain (analyze, buffers, format json)` has it.
struct Plan {
    /// The topmost node and all below it.
    let nodes: [Node]

    init(_ json: JSONValue) { nodes = Self.flattened(json) }

    private static func flattened(_ json: JSONValue) -> [Node] { [Node(json: json)] + (json["Plans"]?.array ?? []).flatMap(flattened) }

    /// How many pages were read, in memory or not.
    var buffers: Int { nodes.first?.buffers ?? 0 }

    /// How many rows came out.
    var rows: Int { nodes.first?.rows ?? -1 }

    /// The nodes that read a table.
    var scans: [Node] { nodes.filter { $0.relation != nil } }

    /// One node.
    struct Node: CustomStringConvertible {
        let json: JSONValue

        var type: String { json["Node Type"]?.string ?? "" }
        var relation: String? { json["Relation Name"]?.string }
        var index: String? { json["Index Name"]?.string }
        var indexCondition: String { json["Index Cond"]?.string ?? "" }
        var filter: String? { json["Filter"]?.string }
        /// How many rows came out of it, however often it was begun; PostgreSQL tells the mean, rounded.
        var rows: Int { Int((json["Actual Rows"]?.number ?? -1) * (json["Actual Loops"]?.number ?? 1)) }
        var buffers: Int { Int((json["Shared Hit Blocks"]?.number ?? 0) + (json["Shared Read Blocks"]?.number ?? 0)) }

        /// What a failed test shows.
        var description: String { "\(type) on \(relation ?? "-") by \(index ?? "-") \(indexCondition) filter \(filter ?? "-") buffers \(buffers)" }
    }
}
