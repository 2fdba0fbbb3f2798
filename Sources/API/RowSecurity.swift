import Postgres
import Waiting

/// What has to hold of the database before a worker answers from it: that its role can read one tenant a transaction, and nothing else.
///
/// Row security is wanted of each table of the API's schema that has a tenant, of one that a later hand has added, too. Asked of the catalog on each
/// new connection, so a policy dropped or a right granted by mistake stops the API, not the tenant's secrecy. What an extension brings, such as the view
/// of pg_stat_statements, is not looked at.
enum RowSecurity {
    /// What is wrong, a sentence each; none where all is well.
    static func faults(connection: inout Connection, until deadline: Deadline) throws(PostgresError) -> [String] {
        // Of a superuser all else is true, too, and says nothing.
        let superuser = try connection.query("select rolname from pg_roles where rolname = current_user and rolsuper", until: deadline)
        if let name = superuser.first?.first ?? nil { return ["the role \(name) is a superuser; connect as a role without rights of its own"] }
        return try connection.query(statement, [confining], until: deadline).compactMap { $0.first ?? nil }
    }

    /// What does no harm to tenants, and yet should not be; a sentence each.
    static func warnings(connection: inout Connection, until deadline: Deadline) throws(PostgresError) -> [String] {
        try connection.query(largeObjects + " union all " + roleSettings, until: deadline).compactMap { $0.first ?? nil }
    }

    /// What the migrations set for the role, on which plans and limits rest.
    private static let roleSettings = """
        select format('%s is %s for the role %s; alter role %3$s set %1$s = %s', name, current_setting(name), current_user, wanted)
        from (values ('plan_cache_mode', 'force_generic_plan'), ('enable_seqscan', 'off'), ('enable_bitmapscan', 'off'),
            ('default_transaction_read_only', 'on'), ('search_path', 'public')) as settings (name, wanted)
        where current_setting(name) <> wanted
        """

    /// Large objects are all that PostgreSQL lets every role make; 0008 takes it away, where the migrating role may.
    private static let largeObjects = """
        select format('the role %s may make large objects, as PostgreSQL lets everybody; a superuser can: revoke execute on function %s from public',
            current_user, string_agg(oid::regprocedure::text, ', ' order by proname))
        from pg_proc
        where pronamespace = 'pg_catalog'::regnamespace and proname in ('lo_creat', 'lo_create', 'lo_from_bytea', 'lo_import')
            and has_function_privilege(oid, 'execute')
        having count(*) > 0
        union all
        select format('the role %s owns %s large objects; a superuser can: select lo_unlink(oid) from pg_largeobject_metadata where lomowner = %L::regrole',
            current_user, count(*), current_user)
        from pg_largeobject_metadata where lomowner = (select oid from pg_roles where rolname = current_user)
        having count(*) > 0
        """

    /// A regular expression for the condition of the tenants' policies (migrations/0003) as PostgreSQL writes it back; other versions may set other
    /// parentheses. It fits the whole of it: an `or` beside it, or a `coalesce` within it, is another condition.
    private static let confining =
        #"^\(tenant_id = \( SELECT \(*NULLIF\(current_setting\('debrief\.tenant'::text, true\), ''::text\)\)*::uuid( AS "?nullif"?)?\)\)$"#

    private static let statement = """
        with role as (
            select oid, rolname, rolbypassrls, rolcreaterole, rolreplication from pg_roles where rolname = current_user
        ), needed(name, readable) as (
            values ('users', true), ('scenarios', true), ('sessions', true), ('transcripts', true), ('scorecards', true),
                ('session_hours', true), ('session_days', true), ('session_deltas', true), ('tenants', false), ('api_tokens', false)
        ), tables as (
            select needed.*, to_regclass('public.' || name)::oid as oid from needed
        ), policies as (
            select tables.name, count(*) filter (where p.polpermissive) as permissive,
                bool_and(pg_get_expr(p.polqual, p.polrelid) ~ $1) filter (where p.polpermissive) as confining
            from role, tables join pg_policy p on p.polrelid = tables.oid
            where p.polcmd in ('r', '*') and exists (select from unnest(p.polroles) r where r = 0 or pg_has_role(role.oid, r, 'usage'))
            group by tables.name
        ), relations as (
            -- All that the role can reach and that is neither PostgreSQL's nor an extension's.
            select c.oid, c.relnamespace, c.relrowsecurity and c.relforcerowsecurity as secured
            from role, pg_class c join pg_namespace n on n.oid = relnamespace
            where relkind in ('r', 'p', 'v', 'm', 'f') and nspname !~ '^pg_' and nspname <> 'information_schema'
                and not exists (select from pg_depend where classid = 'pg_class'::regclass and objid = c.oid and deptype = 'e')
                and has_schema_privilege(role.oid, n.oid, 'usage')
        )
        select format('the role %s has BYPASSRLS; alter role %1$s nobypassrls', rolname) from role where rolbypassrls
        union all
        select format('the role %s has CREATEROLE and can act as others; alter role %1$s nocreaterole', rolname) from role where rolcreaterole
        union all
        select format('the role %s has REPLICATION and can read everything; alter role %1$s noreplication', rolname) from role where rolreplication
        union all
        select format('the role %s was taken on by %s, who can put it off; connect as %1$s itself', rolname, session_user)
        from role where session_user <> current_user
        union all
        select format('the role %s can act as %s, a role with rights of its own; revoke %2$s from %1$s', role.rolname, other.rolname)
        from role join pg_roles other on other.oid <> role.oid and pg_has_role(role.oid, other.oid, 'member')
        -- Whoever owns the database is a member of that; that he owns it is said below.
        where other.rolname <> 'pg_database_owner'
        union all
        select format('the role %s owns the %s; reassign owned by %1$s to debrief_owner', rolname, pg_describe_object(classid, objid, objsubid))
        from role join pg_shdepend on refclassid = 'pg_authid'::regclass and refobjid = role.oid and deptype = 'o'
        -- A large object shows nobody's rows. Whoever makes one must not be able to stop the API by it: that is a warning.
        where classid <> 'pg_largeobject'::regclass and dbid in (0, (select oid from pg_database where datname = current_database()))
            -- Indexes and the like come with their table.
            and not exists (select from pg_class where pg_class.oid = objid and classid = 'pg_class'::regclass and relkind in ('i', 'I', 't'))
        union all
        select format('the role %s may create tables and functions; revoke create on schema public from %1$s, public', rolname)
        from role where has_schema_privilege(role.oid, to_regnamespace('public'), 'create')
        union all
        select 'debrief.tenant is set before any token was seen; reset it for the role and the database, and leave it out of the connection string'
        where nullif(current_setting('debrief.tenant', true), '') is not null
        union all
        select format('there is no table %s; run debrief migrate up, and where that finds nothing to do, restore the table', name) from tables where oid is null
        union all
        select format('row security is not enabled and forced on %s; alter table %1$s enable row level security, force row level security',
            c.oid::regclass)
        from pg_class c
        where relkind in ('r', 'p') and not (relrowsecurity and relforcerowsecurity)
            and not exists (select from pg_depend where classid = 'pg_class'::regclass and objid = c.oid and deptype = 'e')
            and (c.oid in (select oid from tables) or relnamespace = to_regnamespace('public')
                and exists (select from pg_attribute where attrelid = c.oid and attname = 'tenant_id' and not attisdropped))
        union all
        select format('no policy, or more than one, lets the role %s read %s; leave it the one of the migrations', rolname, name)
        from role, tables left join policies using (name) where readable and permissive is distinct from 1
        union all
        select format('the policy for %s does not confine to the tenant; alter it to the condition of the migrations', name) from tables join policies using (name)
        where readable and not confining
        union all
        select format('the role %s may write to %s; revoke insert, update, delete, truncate, references, trigger on %2$s from %1$s, public', rolname,
            other.oid::regclass)
        from role, relations other
        where has_table_privilege(role.oid, other.oid, 'insert, update, delete, truncate, trigger, references')
            or has_any_column_privilege(role.oid, other.oid, 'insert, update, references')
        union all
        select format('the role %s may make schemas; revoke create on database %I from %1$s, public', rolname, current_database())
        from role where has_database_privilege(role.oid, current_database(), 'create')
        union all
        select format('the role %s may read %s; revoke select on %2$s from %1$s, public', rolname, name) from role, tables
        where not readable and has_any_column_privilege(role.oid, tables.oid, 'select')
        union all
        -- Revoked of the table, it is revoked of each column.
        select format('the role %s may read users.email; revoke select on users from %1$s, public; grant select (id, full_name, role) on users to %1$s',
            rolname)
        from role, tables
        where name = 'users' and has_column_privilege(role.oid, tables.oid, 'email', 'select')
        union all
        select format('the role %s may read %s, which is none of the API''s tables; revoke select on %2$s from %1$s, public', rolname,
            other.oid::regclass)
        from role, relations other
        where not exists (select from tables where oid = other.oid)
            -- A newer version's, which confines as all others do: the old workers serve until they are replaced.
            and not (secured and relnamespace = to_regnamespace('public')
                and coalesce((select bool_and(p.polcmd in ('r', '*') and pg_get_expr(p.polqual, p.polrelid) ~ $1)
                    from pg_policy p where p.polrelid = other.oid and p.polpermissive
                        and exists (select from unnest(p.polroles) r where r = 0 or pg_has_role(role.oid, r, 'usage'))), false))
            and has_any_column_privilege(role.oid, other.oid, 'select')
        union all
        select format('the role %s may call %s, which acts as %s; revoke execute on function %2$s from %1$s, public', rolname,
            other.oid::regprocedure, pg_get_userbyid(proowner))
        from role, pg_proc other join pg_namespace n on n.oid = pronamespace
        where prosecdef and nspname !~ '^pg_' and other.oid is distinct from to_regprocedure('public.authenticate(bytea, text)')
            and not exists (select from pg_depend where classid = 'pg_proc'::regclass and objid = other.oid and deptype = 'e')
            and has_schema_privilege(role.oid, n.oid, 'usage') and has_function_privilege(role.oid, other.oid, 'execute')
        """
}
