import Foundation
import Support
import Testing

@Suite("A change of the database under load")
struct ChangedDatabaseTests {
    /// What admins and migrations do, a statement each.
    private static let statements = [
        "alter table sessions add column added_%@ text",
        "alter table users add column added_%@ integer default 7",
        "alter table api_tokens add column added_%@ text",
        "create index concurrently added_%@ on sessions (started_at)",
        "reindex table sessions",
        "reindex table concurrently sessions",
        "reindex table concurrently api_tokens",
        "vacuum full sessions",
        "vacuum full api_tokens",
        "vacuum (analyze) sessions",
        "analyze",
    ]

    @Test("by a statement, or by VACUUM FULL or REINDEX, costs no caller anything")
    func statement() throws {
        let site = try Site(workers: 4)
        let workers = site.deployment.workers
        let load = try Load(site)
        for round in 0..<often(20, normally: 2) {
            for statement in Self.statements {
                try site.database.sql(statement.replacing("%@", with: "\(round)"))
                try load.serve(20)
            }
        }
        try load.expectNoFailure()
        #expect(site.deployment.workers == workers)
        #expect(site.deployment.unexpectedLogLines() == [])
    }

    @Test(
        "that locks a table keeps nobody from the others, also when it is time to ask about row security again",
        .enabled(if: Run.isLong)
    )
    func lockedTable() throws {
        let site = try Site()
        let right = try site.client.get("users", token: site.token).body
        try site.lock("scenarios")
        // Row security is asked about every 10 s.
        let end = Date().addingTimeInterval(14)
        while Date() < end {
            let response = try site.client.get("users", token: site.token)
            #expect(response.status == 200 && response.body == right, "\(response.text)")
            usleep(200_000)
        }
        try site.unlock()
        #expect(site.deployment.unexpectedLogLines() == [])
    }

    @Test("by a migration that makes a function anew costs no caller anything")
    func function() throws {
        let site = try Site(workers: 4)
        let definition = try #require(try site.database.value("select pg_get_functiondef('authenticate(bytea, text)'::regprocedure)"))
        let load = try Load(site)
        for _ in 0..<often(100, normally: 10) {
            try site.database.script(
                """
                begin;
                drop function authenticate(bytea, text);
                \(definition);
                alter function authenticate(bytea, text) owner to debrief_owner;
                revoke execute on function authenticate(bytea, text) from public;
                grant execute on function authenticate(bytea, text) to debrief_api;
                commit
                """
            )
            try load.serve(20)
            try site.database.script(definition)
            try load.serve(20)
        }
        try load.expectNoFailure()
        #expect(site.deployment.unexpectedLogLines() == [])
    }

    @Test("by a migration that locks tables in another order than requests do costs no caller anything")
    func deadlock() throws {
        let site = try Site(workers: 4)
        let load = try Load(site)
        for round in 0..<often(20, normally: 3) {
            let migration = try site.database.another()
            // So that it is the requests that PostgreSQL ends.
            try migration.script("set deadlock_timeout = '20s'; begin; alter table sessions add column added_\(round) text")
            // Each worker has a request that has read the tokens, and waits for the sessions.
            try eventually(within: 30) { try site.waiting() == 4 }
            try migration.script("alter table api_tokens add column added_\(round) text; commit")
            try load.serve(20)
        }
        let deadlocks = try site.database.value("select deadlocks from pg_stat_database where datname = current_database()")
        #expect(Int(deadlocks ?? "") ?? 0 > 0)
        // A deadlock is found after a second, so that there is no rate to speak of.
        let tally = try load.stop()
        #expect(Array(tally.statuses.keys) == [200] && tally.wrong.isEmpty, "\(tally)")
        #expect(site.deployment.unexpectedLogLines() == [])
    }
}
