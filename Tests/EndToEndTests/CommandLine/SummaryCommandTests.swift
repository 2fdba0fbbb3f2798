import Foundation
import Postgres
import Support
import Testing
import Waiting

@Suite("summary verify and rebuild: the sums and the rows that they stand for")
struct SummaryCommandTests {
    private let database: Support.Database

    init() throws { database = try Cluster.shared.get().makeDatabase(demo: false) }

    /// A tenant with scored sessions on several days of two years, written through the triggers.
    private func makeTenant(sessions: Int = 40) throws -> Tenant {
        let tenant = try Tenant(database)
        let user = try tenant.addUser()
        let scenario = try tenant.addScenario()
        try database.sql(
            """
            insert into sessions (tenant_id, user_id, scenario_id, status, started_at)
            select $1, $2, $3, case when n % 4 = 0 then 'completed' else 'scored' end, '2026-05-06T17:00:00Z'::timestamptz - n * interval '293 hours'
            from generate_series(0, $4::text::integer - 1) as n
            """,
            tenant.id,
            user,
            scenario,
            "\(sessions)"
        )
        try database.sql(
            """
            insert into scorecards (tenant_id, session_id, overall_score, verdict, headline, categories, callouts)
            select tenant_id, id, (row_number() over (order by started_at)) % 101, 'solid', 'A headline', '[]', '[]'
            from sessions where tenant_id = $1 and status = 'scored'
            """,
            tenant.id
        )
        try database.sql("select fold_session_deltas($1)", tenant.id)
        return tenant
    }

    /// Runs statements as a subscriber of logical replication does: no trigger fires.
    private func withoutTriggers(_ script: String) throws {
        try database.script("begin; set local session_replication_role = replica; \(script); commit")
    }

    /// The sums of all hours and deltas, of all days and deltas, and of the rows and scorecards themselves, which have to be the same.
    private func expectExact(_ tenant: Tenant) throws {
        let kept = ["session_hours", "session_days"].map { table in
            """
            select sum(sessions), sum(scored), sum(cards), sum(score_sum)
            from (
                select sessions, scored, cards, score_sum from \(table) where tenant_id = $1
                union all
                select sessions, scored, cards, score_sum from session_deltas where tenant_id = $1
            ) as sums
            """
        }
        let rows = try database.sql(
            """
            select count(*), count(*) filter (where status = 'scored'), count(overall_score) filter (where status = 'scored'),
                coalesce(sum(overall_score) filter (where status = 'scored'), 0)
            from sessions as s left join scorecards as c on c.tenant_id = s.tenant_id and c.session_id = s.id
            where s.tenant_id = $1
            """,
            tenant.id
        )
        for sums in kept { #expect(try database.sql(sums, tenant.id) == rows) }
    }

    private func expectClean(_ sessions: Int, tenants: Int = 1) throws {
        let (status, output, errors) = try database.summary(["verify"])
        let extent = "\(tenants) tenant\(tenants == 1 ? "" : "s"), \(sessions) sessions"
        #expect((status, output, errors) == (0, "verified: \(extent), no difference\n", ""))
    }

    @Test("what was written through the triggers has no difference, in words and as JSON, and nothing is corrected")
    func clean() throws {
        #expect(try database.summary(["verify"]) == (0, "verified: 0 tenants, 0 sessions, no difference\n", ""))
        let tenant = try makeTenant()
        try expectClean(40)
        #expect(try database.summary(["verify", "--json"]) == (0, #"{"tenants":1,"sessions":40,"differences":[]}"# + "\n", ""))
        #expect(try database.summary(["rebuild"]) == (0, "rebuilt: 1 tenant, 40 sessions, 0 hours corrected\n", ""))
        try expectExact(tenant)
    }

    /// What others do without triggers to sessions, scorecards and sums, and how much differs then, in words: as it is found, and as it is corrected.
    /// The sums are held against the scores that the sessions have, so that a score's correction shows in the hours, or takes their difference away.
    private static let drifts: [(script: String, found: String, corrected: String)] = [
        (
            "insert into sessions (tenant_id, user_id, scenario_id, status, started_at) "
                + "select tenant_id, user_id, scenario_id, 'failed', '1999-12-31Z' from sessions limit 1",
            "1 hour", "1 hour"
        ),
        ("delete from sessions where started_at > '2026-04-20Z' and status = 'completed'", "1 hour", "1 hour"),
        ("update sessions set started_at = started_at - interval '1 year' where started_at > '2026-05-01Z'", "2 hours", "2 hours"),
        ("update sessions set status = 'failed' where started_at > '2026-04-10Z' and status = 'scored'", "2 hours", "2 hours"),
        ("update scorecards set overall_score = 101 - overall_score where overall_score < 11", "0 hours, 10 scores", "10 hours, 10 scores"),
        ("delete from scorecards where overall_score < 4", "0 hours, 3 scores", "3 hours, 3 scores"),
        ("update sessions set score = 1 where score > 25", "5 hours, 5 scores", "0 hours, 5 scores"),
        ("update session_hours set sessions = sessions + 1, score_sum = 0 where hour > '2026-04-20Z'", "2 hours, 2 days", "2 hours, 2 days"),
        ("insert into session_deltas select id, '2031-01-01 05:00Z', 5, 4, 3, 2 from tenants", "1 hour", "1 hour"),
        ("update session_days set cards = cards + 7 where day > '2026-04-20Z'", "0 hours, 2 days", "0 hours, 2 days"),
        (
            "delete from session_days; insert into session_days select id, '2031-01-01Z', 1, 1, 1, 1 from tenants", "0 hours, 41 days",
            "0 hours, 41 days"
        ),
        ("truncate session_hours, session_days", "40 hours", "40 hours"),
    ]

    @Test("what was written without triggers is found, and corrected", arguments: drifts)
    func drift(_ script: String, _ found: String, _ corrected: String) throws {
        let tenant = try makeTenant()
        try withoutTriggers(script)
        let count = try #require(try database.value("select count(*) from sessions"))

        let verified = try database.summary(["verify"])
        #expect(verified.status == 1)
        #expect(verified.output.isEmpty)
        #expect(verified.errors == "tenant \(tenant.id): \(found) differ\ndebrief: 1 of 1 tenant with differences; run: debrief summary rebuild\n")

        let rebuilt = try database.summary(["rebuild"])
        #expect(rebuilt == (0, "rebuilt: 1 tenant, \(count) sessions, \(corrected) corrected\n", ""))
        try expectExact(tenant)
        try expectClean(try #require(Int(count)))
    }

    @Test("after a rebuild the API's summary is that of the rows")
    func summary() throws {
        let tenant = try makeTenant()
        try withoutTriggers(
            """
            update scorecards set overall_score = 90 where overall_score < 20;
            delete from sessions where status = 'completed';
            truncate session_hours; update session_days set sessions = 1000
            """
        )
        #expect(try database.summary(["rebuild"]).status == 0)
        let rows = try database.sql(
            """
            select count(*), count(*) filter (where status = 'scored'), floor(avg(overall_score) filter (where status = 'scored') + 0.5)::bigint
            from sessions as s join scorecards as c on c.tenant_id = s.tenant_id and c.session_id = s.id where s.tenant_id = $1
            """,
            tenant.id
        )
        let deployment = try Deployment(database)
        let data = try dataOf(try deployment.client.get("analytics/summary?from=0001-01-01&to=2027-01-01", token: tenant.token))
        let summary = Dictionary(uniqueKeysWithValues: JSONText.members(data))
        #expect([["sessions", "scored", "avg_score"].map { summary[$0] }] == rows)
    }

    @Test("--tenant looks at one tenant, and touches no other; one that is none is refused")
    func oneTenant() throws {
        let tenants = try [makeTenant(), makeTenant(), makeTenant()]
        try withoutTriggers("update session_days set cards = cards + 1 where day > '2026-05-01Z'; update session_hours set sessions = 7")
        let others =
            "select md5(string_agg(x::text, ',' order by x::text)) from (select * from session_hours union select * from session_days) x"
            + " where tenant_id <> $1"
        let before = try database.value(others, tenants[1].id)

        let one = ["--tenant", tenants[1].id]
        let rebuilt = try database.summary(["rebuild", "--json"] + one)
        let object = #"{"tenant_id":"\#(tenants[1].id)","hours":40,"days":40,"scores":0}"#
        #expect(rebuilt == (0, #"{"tenants":1,"sessions":40,"corrected":[\#(object)]}"# + "\n", ""))
        #expect(try database.value(others, tenants[1].id) == before)
        #expect(try database.summary(["verify"] + one).status == 0)
        let verified = try database.summary(["verify"])
        #expect(verified.status == 1)
        let lines = [tenants[0], tenants[2]].map(\.id).sorted().map { "tenant \($0): 40 hours, 40 days differ\n" }
        #expect(verified.errors == lines.joined() + "debrief: 2 of 3 tenants with differences; run: debrief summary rebuild\n")

        let nobody = newID()
        #expect(
            try database.summary(["verify", "--tenant", nobody]) == (
                1, "", "debrief: there is no tenant \(nobody); debrief tenant list shows them\n"
            )
        )
    }

    @Test("sums that a tenant has left behind are found and set to nothing")
    func goneTenant() throws {
        let id = newID()
        try withoutTriggers("insert into session_days values ('\(id)', '2026-01-01Z', 1, 1, 1, 1)")
        #expect(try database.summary(["verify"]).status == 1)
        #expect(try database.summary(["rebuild"]).status == 0)
        #expect(try database.summary(["verify"]).status == 0)
    }

    /// What somebody is in the middle of, where a session's score is by chance what his scorecard will say, so that his trigger changes nothing.
    private static let writes: [(drift: String, write: String)] = [
        ("update sessions set score = null where id = $1", "delete from scorecards where session_id = $1"),
        ("update sessions set score = 55 where id = $1", "update scorecards set overall_score = 55 where session_id = $1"),
        (
            "update sessions set score = 55 where id = $1; delete from scorecards where session_id = $1",
            """
            insert into scorecards (tenant_id, session_id, overall_score, verdict, headline, categories, callouts)
            select tenant_id, id, 55, 'solid', 'A headline', '[]', '[]' from sessions where id = $1
            """
        ),
    ]

    @Test("a score whose scorecard somebody is just writing is set when he is through, and not from what was before", arguments: writes)
    func writer(_ drift: String, _ write: String) throws {
        let tenant = try makeTenant()
        let session = try #require(try database.value("select id from sessions where status = 'scored' order by started_at limit 1"))
        try withoutTriggers(drift.replacing("$1", with: "'\(session)'"))
        var writer = try database.connect(user: "debrief_platform")
        let deadline = Deadline.after(milliseconds: 60_000)
        try writer.execute(script: "begin; \(write.replacing("$1", with: "'\(session)'"))", until: deadline)
        let rebuild = try startRebuild()
        try eventually(within: 30) { try isWaiting() }
        try writer.execute(script: "commit", until: deadline)
        #expect(rebuild.wait(seconds: 30) == 0)
        try expectExact(tenant)
        try expectClean(40)
    }

    private func startRebuild() throws -> ChildProcess {
        try ChildProcess(
            [Run.binary, "summary", "rebuild"],
            environment: ["DEBRIEF_ADMIN_DATABASE": database.conninfo(user: "postgres")],
            output: "\(Run.makeFolder("rebuild", for: .invoker))/output"
        )
    }

    /// Whether a rebuild waits for a lock that is not another rebuild's.
    private func isWaiting() throws -> Bool {
        try database.value(
            """
            select count(*) from pg_stat_activity
            where datname = current_database() and application_name = 'debrief-admin' and wait_event_type = 'Lock' and wait_event <> 'advisory'
            """
        ) == "1"
    }

    @Test("broken off by Ctrl-C it leaves nothing half done, and another one does the rest")
    func interrupted() throws {
        let tenant = try makeTenant()
        try withoutTriggers("truncate session_hours; update session_days set cards = cards + 1")
        let holder = try database.another()
        try holder.script("begin; lock table session_deltas in share mode")
        let rebuild = try startRebuild()
        try eventually(within: 30) { try isWaiting() }
        rebuild.send(SIGINT)
        #expect(rebuild.wait() == 128 + SIGINT)
        try holder.script("commit")
        #expect(try database.summary(["rebuild"]).status == 0)
        try expectExact(tenant)
        try expectClean(40)
    }

    @Test("of two rebuilds one waits: no difference is added twice")
    func twoRebuilds() throws {
        let tenant = try makeTenant()
        try withoutTriggers("truncate session_hours, session_days")
        // Holds the first one in the middle, at its first correction.
        let holder = try database.another()
        try holder.script("begin; lock table session_deltas in share mode")
        let rebuilds = try (0..<2).map { _ in try startRebuild() }
        try eventually(within: 30) { rebuilds.contains { $0.output == "waiting for another summary rebuild on this database\n" } }
        try holder.script("commit")
        for rebuild in rebuilds { #expect(rebuild.wait(seconds: 30) == 0) }
        let outputs = rebuilds.map(\.output).joined()
        #expect(outputs.contains("40 hours corrected") && outputs.contains(", 0 hours corrected"), "\(outputs)")
        try expectExact(tenant)
    }
}

extension Database {
    /// `debrief summary`, without what it says where the machine is so slow that it takes long.
    func summary(_ words: [String]) throws -> (status: Int32?, output: String, errors: String) {
        var summary = try debrief(["summary"] + words)
        summary.errors.replace(/summary: [0-9]+ %, .*\n/, with: "")
        return summary
    }
}
