import Postgres
import Support
import Testing
import Waiting

@Suite("The catalog of a migrated database: who may do what")
struct RightsTests {
    private let database: Support.Database

    /// Migrated itself: a copy of a migrated database has not the rights to the database itself.
    private static let shared = Swift.Result {
        let database = try Cluster.shared.get().makeEmptyDatabase()
        let up = try database.debrief(["migrate", "up", "--folder", "\(Run.repository)/migrations"])
        try #require(up.status == 0, "\(up.errors)")
        return database
    }

    init() throws { database = try Self.shared.get() }

    /// The first column of all rows.
    private func lines(_ sql: String) throws -> [String] { try database.sql(sql).compactMap { $0.first ?? nil } }

    @Test("what is granted on tables and columns is this, and nothing else")
    func grants() throws {
        let grants = try lines(
            """
            select format('%s: %s on %s%s', grantee, string_agg(distinct lower(privilege_type), ', ' order by lower(privilege_type)), name, columns)
            from (
                select grantee::regrole::text, privilege_type, relname::text as name, '' as columns
                from pg_class, aclexplode(relacl) where relnamespace = 'public'::regnamespace and grantee <> relowner
                union all
                select grantee::regrole::text, privilege_type, relname::text, format(' (%s)', string_agg(attname, ', ' order by attnum))
                from pg_attribute join pg_class c on c.oid = attrelid, aclexplode(attacl)
                where relnamespace = 'public'::regnamespace
                group by grantee, privilege_type, relname
            ) as grants
            group by grantee, name, columns order by 1
            """
        )
        // All of a session but its score, which is kept by triggers.
        let columns = "tenant_id, id, user_id, scenario_id, status, started_at, ended_at, duration_seconds, created_at"
        let all = ["scenarios", "scorecards", "tenants", "transcripts", "users"].map { "debrief_platform: delete, insert, select, update on \($0)" }
        let platform = all + ["debrief_platform: delete, select on sessions", "debrief_platform: insert, update on sessions (\(columns))"]
        #expect(
            grants == [
                "debrief_api: select on scenarios (id, name, call_type, status, created_at)",
                "debrief_api: select on scorecards (id, session_id, overall_score, verdict, headline, categories, callouts, created_at)",
                "debrief_api: select on session_days (day, sessions, scored, cards, score_sum)",
                "debrief_api: select on session_deltas (hour, sessions, scored, cards, score_sum)",
                "debrief_api: select on session_hours (hour, sessions, scored, cards, score_sum)",
                "debrief_api: select on sessions (id, user_id, scenario_id, status, started_at, ended_at, duration_seconds, created_at, score)",
                "debrief_api: select on transcripts (session_id, turns)",
                "debrief_api: select on users (id, full_name, role)",
            ] + platform.sorted()
        )
    }

    @Test(
        "the functions are these, with a fixed search path or none to heed: what a trigger runs nobody may call, and authenticate debrief_api alone"
    )
    func functions() throws {
        let functions = try lines(
            """
            select format('%s %s %s %s %s', oid::regprocedure, proowner::regrole, prosecdef, array_to_string(proconfig, ' '),
                (select string_agg(grantee::regrole || '=' || privilege_type, ',' order by grantee <> proowner) from aclexplode(proacl)))
            from pg_proc where pronamespace = 'public'::regnamespace order by 1
            """
        )
        let path = "search_path=pg_catalog, pg_temp"
        let byIndex = "enable_seqscan=off enable_hashjoin=off enable_mergejoin=off"
        #expect(
            functions == [
                "authenticate(bytea,text) debrief_owner t  debrief_owner=EXECUTE,debrief_api=EXECUTE",
                "clear_scores() debrief_owner t \(path) debrief_owner=EXECUTE",
                "copy_scores() debrief_owner t search_path=public, pg_temp \(byIndex) debrief_owner=EXECUTE",
                "count_changed() debrief_owner t \(path) debrief_owner=EXECUTE",
                "count_sessions() debrief_owner t \(path) debrief_owner=EXECUTE",
                "empty_sums() debrief_owner t \(path) debrief_owner=EXECUTE",
                "fold_session_deltas(uuid) debrief_owner f \(path) debrief_owner=EXECUTE",
            ]
        )
        // What the owner makes later is nobody else's either.
        let defaults = try lines("select defaclrole::regrole || defaclobjtype::text || defaclacl::text from pg_default_acl")
        #expect(defaults == ["debrief_ownerf{debrief_owner=X/debrief_owner}"])
    }

    @Test("all tables and their function belong to debrief_owner, the record of migrations to the admin")
    func owners() throws {
        let owners = try lines(
            "select relowner::regrole || ' ' || relname from pg_class where relnamespace = 'public'::regnamespace and relkind <> 'i' order by relname"
        )
        #expect(
            owners == [
                "debrief_owner api_tokens", "postgres debrief_migrations", "debrief_owner scenarios", "debrief_owner scorecards",
                "debrief_owner session_days", "debrief_owner session_deltas", "debrief_owner session_hours", "debrief_owner sessions",
                "debrief_owner tenants", "debrief_owner transcripts", "debrief_owner users",
            ]
        )
    }

    @Test("no role is more than it has to be: none a superuser, none beyond row security, none a member of another")
    func roles() throws {
        let roles = try lines(
            """
            select format('%s %s', rolname, array_to_string(array[
                case when rolsuper then 'superuser' end, case when rolbypassrls then 'bypassrls' end, case when rolcreaterole then 'createrole' end,
                case when rolcreatedb then 'createdb' end, case when rolreplication then 'replication' end, case when rolcanlogin then 'login' end
            ], ' '))
            from pg_roles where rolname in ('debrief_owner', 'debrief_platform', 'debrief_api') order by rolname
            """
        )
        #expect(roles == ["debrief_api login", "debrief_owner ", "debrief_platform login"])
        let members = try lines(
            "select member::regrole || ' in ' || roleid::regrole from pg_auth_members where member::regrole::text in ('debrief_api', 'debrief_platform')"
        )
        #expect(members == [])
        // Roles are the whole cluster's, and other tests have databases of their own there.
        let owned = try lines(
            """
            select count(*) from pg_shdepend where refobjid = 'debrief_api'::regrole and deptype = 'o'
                and dbid in (0, (select oid from pg_database where datname = current_database()))
            """
        )
        #expect(owned == ["0"])
    }

    @Test("the settings of debrief_api make its plans and its limits")
    func settings() throws {
        let settings = try lines(
            "select unnest(setconfig) from pg_db_role_setting where setrole = 'debrief_api'::regrole and setdatabase = 0 order by 1"
        )
        #expect(
            settings == [
                "client_connection_check_interval=1s", "default_transaction_read_only=on", "enable_bitmapscan=off", "enable_seqscan=off",
                "idle_in_transaction_session_timeout=30s", "jit=off", "plan_cache_mode=force_generic_plan", "search_path=public",
                "statement_timeout=10s",
            ]
        )
        let others = try lines("select setrole::regrole::text from pg_db_role_setting where setrole <> 'debrief_api'::regrole and setrole <> 0")
        #expect(others.filter { $0.hasPrefix("debrief_") } == [])
    }

    @Test("debrief_api may make nothing: no schema, no table, not even a temporary one")
    func nothingToMake() throws {
        let rights = try database.sql(
            """
            select has_database_privilege('debrief_api', current_database(), 'connect'),
                has_database_privilege('debrief_api', current_database(), 'create'),
                has_database_privilege('debrief_api', current_database(), 'temporary'),
                has_schema_privilege('debrief_api', 'public', 'usage'), has_schema_privilege('debrief_api', 'public', 'create')
            """
        )
        #expect(rights == [["t", "f", "f", "t", "f"]])
    }

    @Test(
        "debrief_api is refused what it has no right to, in a transaction that may write, too",
        arguments: [
            "select email from users", "select * from users", "select tenant_id from sessions", "select from tenants", "select id from api_tokens",
            "select count(*) from api_tokens", "insert into sessions (id) values (gen_random_uuid())", "update sessions set status = 'failed'",
            "delete from sessions", "truncate sessions", "update users set full_name = 'x'", "delete from transcripts", "lock table sessions",
            "create table mine ()", "create temporary table mine ()", "create schema mine", "alter table sessions disable row level security",
            "drop policy tenant on sessions", "select from debrief_migrations", "set role debrief_owner", "set role debrief_platform",
            "set session authorization postgres", "select pg_read_file('/etc/passwd')", "copy users (id) to '/tmp/debrief-test-copy'",
            "select passwd from pg_shadow", "select lo_import('/etc/passwd')", "select lo_creat(-1)", "select lo_create(0)",
            "select lo_from_bytea(0, 'x')",
        ]
    )
    func refused(_ sql: String) throws {
        var connection = try database.connect(user: "debrief_api")
        let deadline = Deadline.after(milliseconds: 30_000)
        try connection.execute(script: "begin read write", until: deadline)
        #expect(try connection.refusal(of: sql) == "42501")
    }

    @Test("debrief_api is read-only by itself")
    func readOnly() throws {
        var connection = try database.connect(user: "debrief_api")
        let deadline = Deadline.after(milliseconds: 30_000)
        #expect(try connection.query("show transaction_read_only", until: deadline) == [["on"]])
    }

    @Test("debrief_platform reads and writes all tenants' rows, but no token")
    func platform() throws {
        let database = try Cluster.shared.get().makeDatabase()
        var connection = try database.connect(user: "debrief_platform")
        let deadline = Deadline.after(milliseconds: 30_000)
        for table in ["tenants", "users", "scenarios", "sessions", "transcripts", "scorecards"] {
            let seen = try connection.query("select count(*) from \(table)", until: deadline)
            #expect(try seen == database.sql("select count(*) from \(table)"))
            #expect(seen != [["0"]], "\(table)")
        }
        try connection.execute(
            script: """
                begin;
                insert into tenants (id, name) values ('11111111-0000-0000-0000-000000000000', 'new');
                insert into users (tenant_id, id, full_name, email, role)
                    select id, id, 'Somebody', 'somebody@example.org', 'rep' from tenants where name = 'new';
                insert into scenarios (tenant_id, id, name, call_type, status) select id, id, 'A', 'cold_call', 'active' from tenants where name = 'new';
                insert into sessions (tenant_id, id, user_id, scenario_id, status, started_at)
                    select id, id, id, id, 'in_progress', now() from tenants where name = 'new';
                insert into transcripts select id, id, '[]' from tenants where name = 'new';
                insert into scorecards (tenant_id, session_id, overall_score, verdict, headline, categories, callouts)
                    select id, id, 100, 'v', 'h', '[]', '[]' from tenants where name = 'new';
                update sessions set status = 'scored' where tenant_id = '11111111-0000-0000-0000-000000000000';
                delete from sessions where tenant_id = '11111111-0000-0000-0000-000000000000';
                """,
            until: deadline
        )
        // They go with their session.
        for table in ["transcripts", "scorecards"] {
            let left = try connection.query("select count(*) from \(table) where tenant_id = '11111111-0000-0000-0000-000000000000'", until: deadline)
            #expect(left == [["0"]])
        }
        try connection.execute(script: "rollback", until: deadline)
        // What it stores beside its rows is its own business.
        try connection.execute(script: "select lo_unlink(lo_create(0)); select lo_unlink(lo_from_bytea(0, 'x'))", until: deadline)
        for sql in [
            "select from api_tokens", "insert into api_tokens default values", "update api_tokens set revoked_at = null", "delete from api_tokens",
            "truncate sessions", "select authenticate('', '')", "set role debrief_owner", "alter table sessions disable row level security",
        ] {
            #expect(try connection.refusal(of: sql) == "42501", "\(sql)")
        }
    }
}
