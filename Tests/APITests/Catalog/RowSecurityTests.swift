import Postgres
import Support
import Testing
import Waiting

@testable import API

@Suite("What a worker checks of the database before it answers from it", .serialized)
struct RowSecurityTests {
    private static let database = Swift.Result { try Cluster.shared.get().makeDatabase(demo: false) }

    /// A database with a fault, and how the fault has to be named: behind that stands what to do.
    struct Spoiled: Sendable, CustomTestStringConvertible {
        let script: String
        let fault: String

        init(_ script: String, _ fault: String) {
            self.script = script
            self.fault = fault
        }

        var testDescription: String { script }
    }

    /// What is wrong, of a fault that says so, and behind a semicolon what to do; the whole of one that does not.
    private func wrong(_ fault: String) -> String {
        let parts = fault.split(separator: "; ", maxSplits: 1)
        return parts.count == 2 && !parts[1].isEmpty ? String(parts[0]) : "no word of what to do: \(fault)"
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
            Spoiled("drop table transcripts", "there is no table transcripts"),
        ]
    )
    func policies(_ spoiled: Spoiled) throws {
        #expect(try faults(after: spoiled.script).map(wrong).contains(spoiled.fault))
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
            Spoiled("grant insert on debrief_migrations to debrief_api", "the role debrief_api may write to debrief_migrations"),
            Spoiled(
                "do $$ begin execute format('grant create on database %I to debrief_api', current_database()); end $$",
                "the role debrief_api may make schemas"
            ),
            Spoiled("grant select on api_tokens to debrief_api", "the role debrief_api may read api_tokens"),
            Spoiled("grant select (name) on tenants to debrief_api", "the role debrief_api may read tenants"),
            Spoiled(
                "grant create on schema public to public",
                "the role debrief_api may create tables and functions"
            ),
        ]
    )
    func rights(_ spoiled: Spoiled) throws {
        #expect(try faults(after: spoiled.script).map(wrong) == [spoiled.fault])
    }

    @Test(
        "a way around the tables is named",
        arguments: [
            Spoiled(
                "create view everything as select * from sessions; grant select on everything to debrief_api",
                "the role debrief_api may read everything, which is none of the API's tables"
            ),
            Spoiled(
                "create materialized view copies as select * from sessions; grant select (id) on copies to public",
                "the role debrief_api may read copies, which is none of the API's tables"
            ),
            Spoiled(
                "create schema other; create table other.sessions (id uuid); grant usage on schema other to public; grant select on other.sessions to public",
                "the role debrief_api may read other.sessions, which is none of the API's tables"
            ),
            Spoiled(
                """
                create table notes (tenant_id uuid, note text); grant select on notes to debrief_api;
                alter table notes enable row level security, force row level security
                """,
                "the role debrief_api may read notes, which is none of the API's tables"
            ),
            Spoiled(
                "create function every() returns bigint language sql security definer as 'select count(*) from sessions'",
                "the role debrief_api may call every(), which acts as postgres"
            ),
        ]
    )
    func waysAround(_ spoiled: Spoiled) throws {
        #expect(try faults(after: spoiled.script).map(wrong) == [spoiled.fault])
    }

    @Test(
        "a role that can do more than read is named",
        arguments: [
            Spoiled("alter role debrief_api bypassrls", "the role debrief_api has BYPASSRLS"),
            Spoiled(
                "alter role debrief_api createrole",
                "the role debrief_api has CREATEROLE and can act as others"
            ),
            Spoiled(
                "alter role debrief_api replication",
                "the role debrief_api has REPLICATION and can read everything"
            ),
            Spoiled("create table mine (); alter table mine owner to debrief_api", "the role debrief_api owns the table mine"),
            Spoiled("create schema mine authorization debrief_api", "the role debrief_api owns the schema mine"),
        ]
    )
    func roles(_ spoiled: Spoiled) throws {
        #expect(try faults(after: spoiled.script).map(wrong).contains(spoiled.fault))
    }

    @Test("a role that another one was granted to is named, inherited or not", arguments: ["debrief_owner", "debrief_platform", "pg_read_all_data"])
    func memberships(_ role: String) throws {
        let fault = "the role debrief_api can act as \(role), a role with rights of its own; revoke \(role) from debrief_api"
        #expect(try faults(after: "grant \(role) to debrief_api").contains(fault))
        #expect(try faults(after: "alter role debrief_api noinherit; grant \(role) to debrief_api").contains(fault))
    }

    @Test(
        "a table with a tenant has its row security, whoever has added it, and whether or not the role may read it",
        arguments: [
            Spoiled("create table notes (tenant_id uuid)", "row security is not enabled and forced on notes"),
            Spoiled(
                "create table notes (tenant_id uuid); alter table notes enable row level security",
                "row security is not enabled and forced on notes"
            ),
            Spoiled(
                "create table notes (tenant_id uuid) partition by list (tenant_id); alter table notes enable row level security, force row level security; "
                    + "create table notes_rest partition of notes default",
                "row security is not enabled and forced on notes_rest"
            ),
        ]
    )
    func addedTables(_ spoiled: Spoiled) throws {
        #expect(try faults(after: spoiled.script).map(wrong) == [spoiled.fault])
    }

    @Test(
        "a table is not asked for it where it has no tenant, is secured, or is in a schema of its own",
        arguments: [
            "create table notes (note text)",
            "create table notes (tenant_id uuid, note text); alter table notes drop column tenant_id",
            "create table notes (tenant_id uuid); alter table notes enable row level security, force row level security",
            "create schema other; create table other.notes (tenant_id uuid)",
            "create table notes (tenant_id uuid); alter extension plpgsql add table notes",
        ]
    )
    func otherTables(_ script: String) throws {
        #expect(try faults(after: script) == [])
    }

    @Test("a large object that the role owns, and the right to make one, are warnings: they show nobody's rows, and stop nothing")
    func largeObjects() throws {
        #expect(try warnings(after: "select") == [])
        let made = try warnings(after: "grant execute on function lo_create(oid) to public")
        #expect(made.count == 1 && made[0].hasPrefix("the role debrief_api may make large objects"), "\(made)")
        let owned = try warnings(after: "do $$ begin execute format('alter large object %s owner to debrief_api', lo_create(0)); end $$")
        #expect(owned.count == 1 && owned[0].hasPrefix("the role debrief_api owns 1 large objects; "), "\(owned)")
    }

    /// What is warned of after a script, which is no fault.
    /// What a connection of the role's own has from the catalog.
    private static let roleSettings = """
        set local plan_cache_mode = force_generic_plan; set local enable_seqscan = off; set local enable_bitmapscan = off;
        set local default_transaction_read_only = on
        """

    private func warnings(after script: String) throws -> [String] {
        let deadline = Deadline.after(milliseconds: 60_000)
        var connection = try Self.database.get().connect(user: "postgres")
        try connection.execute(
            script: "begin; \(Self.roleSettings); \(script); set session authorization debrief_api; set local search_path = public",
            until: deadline
        )
        #expect(try RowSecurity.faults(connection: &connection, until: deadline) == [])
        return try RowSecurity.warnings(connection: &connection, until: deadline)
    }

    @Test("a table that a newer version brings, confined as all others, keeps no older worker from serving; one that is not does")
    func newerTable() throws {
        let table = """
            create table session_weeks (tenant_id uuid); grant select on session_weeks to debrief_api;
            alter table session_weeks enable row level security; alter table session_weeks force row level security;
            create policy tenant on session_weeks for select to debrief_api using
            """
        #expect(try faults(after: "\(table) (tenant_id = (select nullif(current_setting('debrief.tenant', true), '')::uuid))") == [])
        #expect(try faults(after: "\(table) (true)").map(wrong) == ["the role debrief_api may read session_weeks, which is none of the API's tables"])
    }

    @Test("a setting of the role that its plans and limits rest on is a warning where it has gone")
    func roleSettings() throws {
        #expect(try warnings(after: "set local enable_seqscan = on").count == 1)
        #expect(try warnings(after: "set local plan_cache_mode = auto; set local enable_bitmapscan = on").count == 2)
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
            #expect(faults.count == 2)
            #expect(faults.first?.hasPrefix("the policy for sessions does not confine to the tenant; ") == true)
            #expect(faults.last?.hasPrefix("the role debrief_api may read users.email; ") == true)
        }
        let isConnected = worker.isConnected
        #expect(!isConnected)
    }
}
