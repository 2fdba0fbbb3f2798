import Support
import Testing

@testable import API

@Suite("Isolation on one connection: two tenants in turn, whatever happens between them")
struct IsolationTriesTests {
    private static let count = 100_000

    @Test("100,000 tries on a worker's connection show no foreign row, with and without conditions")
    func noForeignRow() throws {
        var tries = try IsolationTries(MarkedTenants.shared.get().both, .worker, seed: 1)
        try tries.run(Self.count)
        let counts = tries.counts
        Run.report(
            """
            isolation: \(counts.tries) tries, \(counts.foreign) foreign rows; \(counts.live) let in, \(counts.rows) rows, \(counts.errors) errors, \
            \(counts.cancelled) cancelled, \(counts.outOfTime) out of time, \(counts.connections) connections
            """
        )
        #expect(counts.tries == Self.count)
        #expect(counts.foreign == 0, "\(counts.places.sorted())")
        #expect(counts.incomplete == 0 && counts.mistaken == 0, "\(counts)")
        // Otherwise nothing was tried.
        #expect(counts.live > Self.count / 2 && counts.live < Self.count * 19 / 20 && counts.rows > Self.count)
        for count in [counts.errors, counts.cancelled, counts.outOfTime, counts.lost, counts.connections] { #expect(count >= 20, "\(counts)") }
    }

    /// What breaks row security, and how a role then connects.
    struct Breach: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let script: String
        var role = "debrief_api"
    }

    private static let tables = ["users", "scenarios", "sessions", "transcripts", "scorecards", "session_hours", "session_days", "session_deltas"]

    private static let breaches =
        [
            Breach(
                testDescription: "row security off",
                script: tables.map { "drop policy tenant on \($0); alter table \($0) disable row level security;" }.joined()
            ),
            Breach(testDescription: "policies for everybody", script: tables.map { "alter policy tenant on \($0) using (true);" }.joined()),
            Breach(
                testDescription: "BYPASSRLS",
                script: """
                    create role isolation_bypass login bypassrls in role debrief_api;
                    alter role isolation_bypass set enable_seqscan = off;
                    alter role isolation_bypass set enable_bitmapscan = off;
                    alter role isolation_bypass set jit = off;
                    """,
                role: "isolation_bypass"
            ),
        ]

    @Test("where row security is broken on purpose, foreign rows are found, by each statement and in each of its columns", arguments: breaches)
    func broken(_ breach: Breach) throws {
        let database = try MarkedTenants.makeBoth()
        try database.script(breach.script)
        let counts = try counts(of: 1_500, database, role: breach.role)
        #expect(counts.foreign > 0)
        // But the bounds that the summary repeats.
        let places = IsolationStatement.all.flatMap { known in
            known.statement.columns.indices.filter { known.scope != .analyticsRead || $0 > 1 }.map { "\(known.statement.name) \($0)" }
        }
        #expect(places.filter { !counts.places.contains($0) } == [])
    }

    @Test("where one table's policy lets all rows through, or a caller's tenant outlives his transaction, foreign rows are found; else none")
    func brokenInOnePlace() throws {
        let database = try MarkedTenants.makeBoth()
        for table in Self.tables {
            let policy = try #require(try database.value("select qual from pg_policies where tablename = $1 and policyname = 'tenant'", table))
            try database.sql("alter policy tenant on \(table) using (true)")
            #expect(try counts(of: 500, database).foreign > 0, "\(table)")
            try database.sql("alter policy tenant on \(table) using (\(policy))")
        }
        let whole = try counts(of: 500, database)
        #expect(whole.foreign == 0 && whole.incomplete == 0 && whole.mistaken == 0, "\(whole)")
        try database.script(
            """
            do $$
            declare definition text := pg_get_functiondef('authenticate(bytea, text)'::regprocedure);
            begin
                execute replace(definition, 'text, true)', 'text, false)');
            end $$
            """
        )
        #expect(try counts(of: 500, database).foreign > 0)
    }

    /// What comes of that many tries in which nothing goes wrong, on a connection that nobody has checked.
    private func counts(of tries: Int, _ database: Support.Database, role: String = "debrief_api") throws -> IsolationCounts {
        var all = try IsolationTries(database, .bare(role), seed: 2)
        try all.run(tries, events: false)
        return all.counts
    }
}
