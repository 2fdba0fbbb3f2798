import Foundation
import Postgres
import Support
import Testing
import Waiting

@Suite("summary rebuild while others write and fold")
struct SummaryRebuildLoadTests {
    /// Sessions that come, are scored, scored anew, moved and deleted, in an order that others' rows have no part in, folding after each.
    private static func write(_ database: Support.Database, _ tenant: Tenant, _ user: String, _ scenario: String, seed: Int) throws {
        var connection = try database.connect(user: "postgres")
        let deadline = Deadline.after(milliseconds: 60_000)
        for round in 0..<60 {
            try connection.execute(
                script: """
                    insert into sessions (tenant_id, id, user_id, scenario_id, status, started_at)
                    select '\(tenant.id)', md5('\(seed) \(round) ' || n)::uuid, '\(user)', '\(scenario)', 'completed',
                        '2026-05-06Z'::timestamptz - (\(round) * 7 + n * 11) % 97 * interval '5 hours'
                    from generate_series(1, 5) as n;
                    update sessions set status = 'scored' where tenant_id = '\(tenant.id)' and id = md5('\(seed) \(round) 1')::uuid;
                    insert into scorecards (tenant_id, session_id, overall_score, verdict, headline, categories, callouts)
                    select '\(tenant.id)', md5('\(seed) \(round) ' || n)::uuid, (\(round) + n) % 101, 'solid', 'A headline', '[]', '[]'
                    from generate_series(1, 3) as n
                    """,
                until: deadline
            )
            try connection.execute(
                script: """
                    update scorecards set overall_score = 100 - overall_score
                    where tenant_id = '\(tenant.id)' and session_id = md5('\(seed) \(round) 1')::uuid;
                    update sessions set started_at = started_at - interval '40 days'
                    where tenant_id = '\(tenant.id)' and id = md5('\(seed) \(round) 2')::uuid;
                    delete from sessions where tenant_id = '\(tenant.id)' and id = md5('\(seed) \(round) 3')::uuid;
                    select fold_session_deltas('\(tenant.id)')
                    """,
                until: deadline
            )
        }
    }

    @Test("four writers lose nothing, whatever drifts meanwhile, and in the end there is no difference")
    func writers() async throws {
        let database = try Cluster.shared.get().makeDatabase(demo: false)
        let tenant = try Tenant(database)
        let user = try tenant.addUser()
        let scenario = try tenant.addScenario()
        let rebuilds = try await withThrowingTaskGroup(of: Void.self) { group in
            for seed in 0..<4 { group.addTask { try Self.write(database, tenant, user, scenario, seed: seed) } }
            var rebuilds = 0
            let deadline = Deadline.after(milliseconds: 60_000)
            while try database.value("select count(*) from sessions") != "960" {
                // One that failed is thrown by the group.
                guard !deadline.hasPassed else { break }
                // As a subscriber would: no trigger fires, no lock is taken.
                try database.script(
                    """
                    begin;
                    set local session_replication_role = replica;
                    insert into session_deltas select id, '2026-05-01 03:00Z', 5, 4, 3, 2 from tenants;
                    insert into session_days as d select id, '2026-05-02Z', 0, 0, 3, 0 from tenants
                    on conflict (tenant_id, day) do update set cards = d.cards + 3;
                    commit
                    """
                )
                let rebuilt = try database.summary(["rebuild"])
                // What others write meanwhile is no difference in any snapshot, and so is never corrected.
                #expect(rebuilt.status == 0 && rebuilt.output.hasSuffix(" sessions, 1 hour, 1 day corrected\n"), "\(rebuilt)")
                rebuilds += 1
            }
            try await group.waitForAll()
            return rebuilds
        }
        #expect(rebuilds > 2)
        let (status, output, errors) = try database.summary(["verify"])
        #expect((status, output, errors) == (0, "verified: 1 tenant, 960 sessions, no difference\n", ""))
    }
}
