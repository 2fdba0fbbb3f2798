import Foundation
import Support
import Testing

@Suite("A database that is slow")
struct SlowDatabaseTests {
    private static let limits = ["DEBRIEF_STATEMENT_TIMEOUT": "1s", "DEBRIEF_REQUEST_TIMEOUT": "2s"]

    @Test("a statement that runs past its limit is 504 timeout, and the worker goes on with the connection it has")
    func statement() throws {
        let site = try Site(workers: 1, settings: Self.limits)
        #expect(try site.page().status == 200)
        let (workers, backends) = (site.deployment.workers, try site.backends())
        try site.lockSessions()
        let response = try site.page()
        try site.unlockSessions()
        expectTimeout(response)
        #expect(try site.page().status == 200)
        #expect(site.deployment.workers == workers)
        #expect(try site.backends() == backends)
    }

    @Test("a backend that is frozen is 504 timeout at the request's limit, and the worker goes on with a new connection")
    func frozen() throws {
        let site = try Site(workers: 1, settings: Self.limits)
        #expect(try site.page().status == 200)
        let workers = site.deployment.workers
        let backend = try #require(try site.backends().first)
        // At work, since one that is idle is asked every two seconds whether it is there.
        try site.lockSessions()
        let request = try site.beginWaiting()
        kill(backend, SIGSTOP)
        defer { kill(backend, SIGCONT) }
        try site.unlockSessions()
        expectTimeout(request.response())
        #expect(try site.page().status == 200)
        #expect(site.deployment.workers == workers)
    }

    @Test("a transaction cancelled at its very end is 504 timeout, a refusal stays one, and the worker goes on with the connection it has")
    func cancelledAtTheEnd() throws {
        let site = try Site(workers: 1)
        #expect(try site.page().status == 200)
        let backends = try site.backends()
        let limited = try site.database.makeToken(tenant: site.database.demoTenant(), scopes: ["users:read"])
        // A check that is deferred to the end, and fails there. To leave something to check, a session that may write is needed.
        try site.database.script(
            """
            create table calls (number int);
            grant insert on calls to debrief_owner;
            create function cancel() returns trigger language plpgsql as $$ begin raise exception sqlstate '57014'; end $$;
            create constraint trigger cancel after insert on calls deferrable initially deferred for each row execute function cancel();
            do $do$
            begin
                execute replace(pg_get_functiondef('authenticate(bytea, text)'::regprocedure), E'\\nbegin\\n', $calls$
            begin
                if current_setting('transaction_read_only') = 'off' then insert into public.calls values (1); end if;
                perform set_config('default_transaction_read_only', 'off', false);
            $calls$);
            end
            $do$
            """
        )
        #expect(try site.page().status == 200)
        expectTimeout(try site.page())
        #expect(try site.client.get("sessions", token: limited).status == 403)
        try site.database.script("drop trigger cancel on calls")
        #expect(try site.page().status == 200)
        #expect(try site.backends() == backends)
    }

    private func expectTimeout(_ response: Client.Response) {
        #expect(response.status == 504)
        #expect(response.errorCode == "timeout")
        #expect(response.isWhole)
        // The same call would cost the same again.
        #expect(response.field("Retry-After") == nil)
    }
}
