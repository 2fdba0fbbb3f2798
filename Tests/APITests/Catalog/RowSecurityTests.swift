import Postgres
import Support
import Testing
import Waiting

@testable import API

@Suite("What a worker checks of the database before it answers from it", .serialized)
struct RowSecurityTests {
    private static let database = Swift.Result { try Cluster.shared.get().makeDatabase(demo: false) }

    /// A database with a fault, and how the fault has to be named.
    struct Spoiled: Sendable, CustomTestStringConvertible {
        let script: String
        let fault: String

        init(_ script: String, _ fault: String) {
            self.script = script
            self.fault = fault
        }

        var testDescription: String { script }
    }

    /// The faults that are found by `debrief_api` after a script, which is undone afterwards. In one transaction, since roles belong to the whole
    /// cluster, which other tests use.
    private func faults(after script: String) throws -> [String] {
        let deadline = Deadline.after(milliseconds: 60_000)
        var connection = try Self.database.get().connect(user: "postgres")
        try connection.execute(script: "begin; \(script); set session authorization debrief_api; set local search_path = public", until: deadline)
        return try RowSecurity.faults(connection: &connection, until: deadline)
    }

    @Test("a migrated database has no fault")
    func noFault() throws {
        #expect(try faults(after: "select") == [])
        var connection = try Self.database.get().connect(user: "debrief_api")
        #expect(try RowSecurity.faults(connection: &connection, until: .after(milliseconds: 60_000)) == [])
    }

    @Test(
        "a spoiled policy is named",
        arguments: [
            Spoiled("drop policy tenant on sessions", "no policy, or more than one, lets the role debrief_api read sessions"),
            Spoiled(
                "create policy more on users for select to debrief_api using (role = 'rep')",
                "no policy, or more than one, lets the role debrief_api read users"
            ),
            Spoiled(
                "create policy more on users for select to public using (true)",
                "no policy, or more than one, lets the role debrief_api read users"
            ),
            Spoiled(
                "create policy more on transcripts to debrief_api using (true)",
                "no policy, or more than one, lets the role debrief_api read transcripts"
            ),
            Spoiled("alter policy tenant on scorecards using (true)", "the policy for scorecards does not confine to the tenant"),
            Spoiled(
                "alter policy tenant on scenarios using (tenant_id = (select nullif(current_setting('debrief.tenant', true), '')::uuid) or true)",
                "the policy for scenarios does not confine to the tenant"
            ),
            Spoiled(
                """
                alter policy tenant on sessions
                using (tenant_id = (select coalesce(nullif(current_setting('debrief.tenant', true), '')::uuid, tenant_id)))
                """,
                "the policy for sessions does not confine to the tenant"
            ),
            Spoiled(
                "alter policy tenant on users using (tenant_id = (select nullif(current_setting('other.tenant', true), '')::uuid))",
                "the policy for users does not confine to the tenant"
            ),
            Spoiled("alter table users disable row level security", "row security is not enabled and forced on users"),
            Spoiled("alter table transcripts no force row level security", "row security is not enabled and forced on transcripts"),
            Spoiled("alter table api_tokens disable row level security", "row security is not enabled and forced on api_tokens"),
            Spoiled("alter table tenants no force row level security", "row security is not enabled and forced on tenants"),
            Spoiled("drop table transcripts", "there is no table transcripts; run debrief migrate up"),
        ]
    )
    func policies(_ spoiled: Spoiled) throws {
        #expect(try faults(after: spoiled.script).contains(spoiled.fault))
    }

    @Test(
        "a right too many is named",
        arguments: [
            Spoiled("grant select (email) on users to debrief_api", "the role debrief_api may read users.email"),
            Spoiled("grant select on users to public", "the role debrief_api may read users.email"),
            Spoiled("grant insert on sessions to debrief_api", "the role debrief_api may write to sessions"),
            Spoiled("grant update (status) on scenarios to debrief_api", "the role debrief_api may write to scenarios"),
            Spoiled("grant truncate on transcripts to public", "the role debrief_api may write to transcripts"),
            Spoiled("grant delete on tenants to debrief_api", "the role debrief_api may write to tenants"),
            Spoiled("grant select on api_tokens to debrief_api", "the role debrief_api may read api_tokens"),
            Spoiled("grant select (name) on tenants to debrief_api", "the role debrief_api may read tenants"),
            Spoiled(
                "grant create on schema public to public",
                "the role debrief_api may create tables and functions; revoke create on schema public from debrief_api, public"
            ),
        ]
    )
    func rights(_ spoiled: Spoiled) throws {
        #expect(try faults(after: spoiled.script) == [spoiled.fault])
    }

    @Test(
        "a way around the tables is named",
        arguments: [
            Spoiled(
                "create view everything as select * from sessions; grant select on everything to debrief_api",
                "the role debrief_api may read everything, which is none of the API's tables; revoke select on everything from debrief_api, public"
            ),
            Spoiled(
                "create materialized view copies as select * from sessions; grant select (id) on copies to public",
                "the role debrief_api may read copies, which is none of the API's tables; revoke select on copies from debrief_api, public"
            ),
            Spoiled(
                "create schema other; create table other.sessions (id uuid); grant usage on schema other to public; grant select on other.sessions to public",
                """
                the role debrief_api may read other.sessions, which is none of the API's tables; \
                revoke select on other.sessions from debrief_api, public
                """
            ),
            Spoiled(
                "create table notes (tenant_id uuid, note text); grant select on notes to debrief_api",
                "the role debrief_api may read notes, which is none of the API's tables; revoke select on notes from debrief_api, public"
            ),
            Spoiled(
                "create function every() returns bigint language sql security definer as 'select count(*) from sessions'",
                "the role debrief_api may call every(), which acts as postgres; revoke execute on function every() from debrief_api, public"
            ),
        ]
    )
    func waysAround(_ spoiled: Spoiled) throws {
        #expect(try faults(after: spoiled.script) == [spoiled.fault])
    }

    @Test(
        "a role that can do more than read is named",
        arguments: [
            Spoiled("alter role debrief_api bypassrls", "the role debrief_api has BYPASSRLS; alter role debrief_api nobypassrls"),
            Spoiled(
                "alter role debrief_api createrole",
                "the role debrief_api has CREATEROLE and can act as others; alter role debrief_api nocreaterole"
            ),
            Spoiled(
                "alter role debrief_api replication",
                "the role debrief_api has REPLICATION and can read everything; alter role debrief_api noreplication"
            ),
            Spoiled("create table mine (); alter table mine owner to debrief_api", "the role debrief_api owns the table mine"),
            Spoiled("create schema mine authorization debrief_api", "the role debrief_api owns the schema mine"),
        ]
    )
    func roles(_ spoiled: Spoiled) throws {
        #expect(try faults(after: spoiled.script).contains(spoiled.fault))
    }

    @Test("a role that another one was granted to is named, inherited or not", arguments: ["debrief_owner", "debrief_platform", "pg_read_all_data"])
    func memberships(_ role: String) throws {
        let fault = "the role debrief_api can act as \(role), a role with rights of its own; revoke \(role) from debrief_api"
        #expect(try faults(after: "grant \(role) to debrief_api").contains(fault))
        #expect(try faults(after: "alter role debrief_api noinherit; grant \(role) to debrief_api").contains(fault))
    }

    @Test("an extension's tables and functions are left alone")
    func extensions() throws {
        let script = "create view stats as select 1; grant select on stats to public; alter extension plpgsql add view stats"
        #expect(try faults(after: script) == [])
    }

    @Test("a superuser, and a role that a superuser has taken on, are named")
    func superusers() throws {
        let database = try Self.database.get()
        var superuser = try database.connect(user: "postgres")
        let faults = try RowSecurity.faults(connection: &superuser, until: .after(milliseconds: 60_000))
        #expect(faults.contains("the role postgres is a superuser; connect as a role without rights of its own"))

        var disguised = try database.connect(user: "postgres options='-c role=debrief_api'")
        let found = try RowSecurity.faults(connection: &disguised, until: .after(milliseconds: 60_000))
        #expect(found == ["the role debrief_api was taken on by postgres, who can put it off; connect as debrief_api itself"])
    }

    @Test(
        "a tenant that is set from the start is named, wherever it comes from",
        arguments: [
            ("alter database %d set debrief.tenant = '11111111-1111-1111-1111-111111111111'", ""),
            ("alter role debrief_api in database %d set debrief.tenant = '11111111-1111-1111-1111-111111111111'", ""),
            ("select", " options='-c debrief.tenant=11111111-1111-1111-1111-111111111111'"),
        ]
    )
    func tenantFromTheStart(_ script: String, _ options: String) throws {
        let database = try Cluster.shared.get().makeDatabase(demo: false)
        try database.script(script.replacing("%d", with: database.name))
        var connection = try database.connect(user: "debrief_api\(options)")
        let faults = try RowSecurity.faults(connection: &connection, until: .after(milliseconds: 60_000))
        #expect(faults.count == 1)
        #expect(faults.first?.hasPrefix("debrief.tenant is set before any token was seen; ") == true)
    }

    @Test("a worker gets no connection to a spoiled database, and the reasons")
    func noConnection() throws {
        let database = try Cluster.shared.get().makeDatabase(demo: false)
        try database.sql("alter policy tenant on sessions using (true)")
        try database.sql("grant select (email) on users to debrief_api")
        let settings = API.Database.Settings(conninfo: database.conninfo(user: "debrief_api"), statementTimeoutMilliseconds: 10_000)
        var worker = API.Database(settings, endpoints: Endpoint.all)
        do {
            try worker.prepare()
            Issue.record("it was prepared")
        } catch .unsafe(let faults) {
            #expect(faults == ["the policy for sessions does not confine to the tenant", "the role debrief_api may read users.email"])
        }
        let isConnected = worker.isConnected
        #expect(!isConnected)
    }
}
