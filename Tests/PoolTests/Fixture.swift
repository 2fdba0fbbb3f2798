import Foundation
import Support
import Testing

/// A pool of its own on a database of its own, with a token for the demo tenant.
struct Site {
    let database: Database
    let token: String
    let deployment: Deployment

    init(
        cluster: Cluster? = nil,
        workers: Int = 2,
        settings: [String: String] = [:],
        listening: Deployment.Listening = .own,
        output: String? = nil
    ) throws {
        database = try (cluster ?? Cluster.shared.get()).makeDatabase()
        token = try database.makeToken(tenant: database.demoTenant())
        deployment = try Deployment(database, workers: workers, settings: settings, listening: listening, output: output)
    }

    /// The entries of the log so far, each checked to be what every entry is.
    func entries(location: SourceLocation = #_sourceLocation) -> [JSONValue] {
        lines(deployment.log).compactMap { line in
            let entry = JSONValue(parsing: Array(line.utf8))
            let isWhole = ["time", "level", "message"].allSatisfy { entry?[$0]?.string != nil }
            #expect(isWhole, "\(line)", sourceLocation: location)
            return entry
        }
    }

    /// The entries of one request, of which there is one, once it is there.
    func entry(ofRequest id: String, location: SourceLocation = #_sourceLocation) throws -> JSONValue {
        var found: [JSONValue] = []
        try eventually {
            found = entries(location: location).filter { $0["request_id"]?.string == id }
            return !found.isEmpty
        }
        #expect(found.count == 1, sourceLocation: location)
        return found[0]
    }

    /// Where requests reach it.
    var client: Client { deployment.client }

    /// One call of the API: the same answer each time.
    func page() throws -> Client.Response { try client.get("sessions?limit=1", token: token) }

    /// The server processes behind the workers, in any order.
    func backends() throws -> [pid_t] {
        let rows = try database.sql("select pid from pg_stat_activity where datname = current_database() and application_name = 'debrief'")
        return rows.compactMap { $0[0].flatMap { pid_t($0) } }
    }

    /// Lets no statement read a table any more, until ``unlock()``.
    func lock(_ table: String) throws { try database.script("begin; lock table \(table) in access exclusive mode") }

    func lockSessions() throws { try lock("sessions") }

    func unlock() throws { try database.script("commit") }

    func unlockSessions() throws { try unlock() }

    /// Makes whoever wants sessions wait for a minute. A lock would not do for some tests: it keeps a new connection from preparing, too.
    func slowSessions() throws {
        try database.script(
            """
            create or replace function authenticate(token_hash bytea, required_scope text, out outcome text, out token_id uuid, out tenant_id uuid)
            language plpgsql volatile security definer set search_path = pg_catalog, pg_temp as $$
            begin
                if required_scope = 'sessions:read' then perform pg_sleep(60); end if;
                select 'live', t.id, t.tenant_id into outcome, token_id, tenant_id
                from public.api_tokens t where t.token_hash = authenticate.token_hash;
                perform set_config('debrief.tenant', tenant_id::text, true);
            end $$
            """
        )
    }

    /// The server processes that make somebody wait so.
    func sleepingBackends() throws -> Set<pid_t> {
        let sql = "select pid from pg_stat_activity where wait_event = 'PgSleep' and datname = current_database()"
        return try Set(database.sql(sql).compactMap { $0[0].flatMap { pid_t($0) } })
    }

    /// Asks for what is locked, and waits until PostgreSQL waits.
    func beginWaiting(_ path: String = "sessions?limit=1") throws -> Socket {
        let before = try waiting()
        let socket = try client.begin(path, token: token)
        try eventually(within: 30) { try waiting() > before }
        return socket
    }

    /// How many statements wait for a lock on a table.
    func waiting() throws -> Int {
        let sql = """
            select count(*) from pg_locks
            where not granted and locktype = 'relation' and database = (select oid from pg_database where datname = current_database())
            """
        return try Int(database.value(sql) ?? "") ?? 0
    }
}

extension Client.Response {
    /// Whether it is the answer to a caller who had better try again.
    var isUnavailable: Bool { status == 503 && errorCode == "unavailable" && field("Retry-After") == "1" && json?["request_id"]?.string != nil }
}

/// The lines of a text.
func lines(_ text: String) -> [Substring] { text.split(separator: "\n", omittingEmptySubsequences: true) }
