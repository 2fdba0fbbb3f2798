import Foundation
import Support
import Testing

@Suite("A caller who leaves")
struct AbandonedRequestTests {
    /// Long enough that only the leaving can end a statement in time.
    private static let limits = ["DEBRIEF_STATEMENT_TIMEOUT": "28s", "DEBRIEF_REQUEST_TIMEOUT": "30s"]

    /// Makes whoever wants sessions wait for a minute. A lock would not do: it keeps a new connection from preparing, too.
    private static let slowSessions = """
        create or replace function authenticate(token_hash bytea, required_scope text, out outcome text, out token_id uuid, out tenant_id uuid)
        language plpgsql volatile security definer set search_path = pg_catalog, pg_temp as $$
        begin
            if required_scope = 'sessions:read' then perform pg_sleep(60); end if;
            select 'live', t.id, t.tenant_id into outcome, token_id, tenant_id
            from public.api_tokens t where t.token_hash = authenticate.token_hash;
            perform set_config('debrief.tenant', tenant_id::text, true);
        end $$
        """

    @Test("frees the worker, and PostgreSQL, that were busy for him")
    func running() throws {
        let site = try Site(workers: 1, settings: Self.limits)
        try site.database.script(Self.slowSessions)
        let sleeping = {
            try site.database.value("select count(*) from pg_stat_activity where wait_event = 'PgSleep' and datname = current_database()")
        }
        let leave = {
            let caller = try site.client.begin("sessions", token: site.token)
            try eventually(within: 20) { try sleeping() == "1" }
            _ = consume caller
        }
        try leave()
        #expect(try site.client.get("scenarios", token: site.token, seconds: 15).status == 200)
        try eventually(within: 15) { try sleeping() == "0" }
        #expect(!site.deployment.log.contains(#""level":"error""#))
    }

    @Test("costs nothing more where his request was still waiting for a worker")
    func queued() throws {
        let site = try Site(workers: 1, settings: Self.limits)
        try site.lockSessions()
        let busy = try site.beginWaiting()
        // Straight to the socket: nginx would not have sent some of these on.
        let request = FastCGIRecord.get("sessions?limit=1", token: site.token)
        for _ in 0..<20 { try Socket(site.deployment.fastCGISocket).send(request) }
        try site.unlockSessions()
        #expect(busy.response().status == 200)
        #expect(try site.page().status == 200)
        let lines = site.deployment.log.split(separator: "\n").filter { $0.contains("closed unanswered") }
        #expect(lines.count == 20)
    }
}
