import Foundation
import Support
import Testing

/// What happens to a worker's session from outside, and no client may see.
@Suite("A session that is not what it was")
struct RepreparingTests {
    @Test("a backend that was terminated while idle: the next request is answered")
    func terminated() throws {
        let site = try Site()
        let right = try site.page().body
        try eventually(within: 30) { try site.backends().count == 2 }
        let backends = try site.backends()
        for backend in backends { try site.database.sql("select pg_terminate_backend($1::int)", "\(backend)") }
        // Idle workers connect anew by themselves.
        try eventually(within: 30) { try backends.allSatisfy { try !site.backends().contains($0) } }
        for _ in 0..<10 { expectRight(try site.page(), right) }
    }

    @Test(
        "a table that was changed under the prepared statements: the next request is answered",
        arguments: [
            "alter table sessions add column note text",
            // cached plan must not change result type, 0A000: a timestamptz by name and type, but of another precision
            "alter table sessions alter column ended_at type timestamptz(6)",
            "alter table sessions alter column status set statistics 10; analyze sessions",
            "drop index sessions_by_start; create index sessions_by_start on sessions (tenant_id, started_at, id)",
        ]
    )
    func changed(change: String) throws {
        let site = try Site(workers: 1)
        let right = try site.page().body
        let backends = try site.backends()
        try site.database.script(change)
        for _ in 0..<3 { expectRight(try site.page(), right) }
        // It was not a new connection that mended it.
        #expect(try site.backends() == backends)
        #expect(!site.deployment.log.contains("request failed"), "\(site.deployment.log)")
    }

    @Test("a statement that the session has lost: the next request is answered")
    func deallocated() throws {
        let site = try Site(workers: 1)
        let right = try site.page().body
        let backends = try site.backends()
        // From within the transaction, since nobody else can reach into a session: the first that asks who the caller is, but not the one after.
        try site.database.script(
            """
            create table loss as select clock_timestamp() as at;
            grant select on loss to debrief_owner;
            do $do$
            begin
                execute replace(pg_get_functiondef('authenticate(bytea, text)'::regprocedure), E'\\nbegin\\n', $loss$
            begin
                if exists (select from pg_prepared_statements where name = 'list_sessions' and prepare_time < (select at from public.loss)) then
                    execute 'deallocate list_sessions';
                end if;
            $loss$);
            end
            $do$
            """
        )
        for _ in 0..<3 { expectRight(try site.page(), right) }
        #expect(try site.backends() == backends)
        #expect(!site.deployment.log.contains("request failed"), "\(site.deployment.log)")
    }

    private func expectRight(_ response: Client.Response, _ body: [UInt8]) {
        #expect(response.status == 200, "\(response.text)")
        #expect(response.isWhole)
        #expect(response.body == body)
    }
}
