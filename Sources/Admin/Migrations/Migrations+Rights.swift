import Postgres

// What a migration may not do it finds out in its middle, one right at a time, and PostgreSQL only warns where a grant has granted nothing. So the
// catalog is asked before anything is changed, for all of it at once. A superuser has every right of his own; debrief_owner is none even then.

extension Migrations {
    /// The file that makes the roles, and arranges what they may do with database and schema.
    private static let rolesFile = "0001_roles.sql"

    /// How a file becomes `debrief_owner`.
    static let actsAsOwner = "set local role debrief_owner;"

    /// What the files that are pending need, and somebody has not.
    ///
    /// - Parameter connection: of the role that is to apply them.
    func missingRights(
        for pending: ArraySlice<MigrationFile>,
        _ connection: inout Connection
    ) throws(MigrationError) -> [MissingRight] {
        guard !pending.isEmpty else { return [] }
        let owners = files.filter { $0.sql.contains(Self.actsAsOwner) }
        // Each name is one that an identifier has without quotes.
        let made = owners.filter { $0.number < pending[pending.startIndex].number }.flatMap { Self.namesOfObjects(madeBy: $0.sql) }
        let parameters = [
            pending.contains { $0.name == Self.rolesFile } ? "t" : "f",
            owners.contains { owner in pending.contains { $0.number == owner.number } } ? "t" : "f",
            "{\(made.joined(separator: ","))}",
            "{\(Self.settingsOfAPI.joined(separator: ","))}",
        ]
        return try connection.missingRights(rightsToMigrate, parameters)
    }

    /// What it needs to know what was applied, and the connection's role has not.
    static func missingRightsToRead(_ connection: inout Connection) throws(MigrationError) -> [MissingRight] {
        try connection.missingRights(rightsToRead, [])
    }

    /// The tables and functions that a file makes: what a later one may have to be the owner of.
    static func namesOfObjects(madeBy sql: String) -> [String] {
        sql.split(separator: "\n").compactMap { line in
            guard let start = ["create table ", "create function "].first(where: { line.hasPrefix($0) }) else { return nil }
            return String(line.dropFirst(start.count).prefix { $0 == "_" || $0.isLetter || $0.isNumber })
        }
    }

    /// What `0001_roles.sql` sets for `debrief_api`. Where all of it is set, nobody has to change that role.
    static let settingsOfAPI = [
        "plan_cache_mode=force_generic_plan", "enable_seqscan=off", "enable_bitmapscan=off", "jit=off", "search_path=public",
        "default_transaction_read_only=on", "statement_timeout=10s", "client_connection_check_interval=1s",
        "idle_in_transaction_session_timeout=30s",
    ]
}

extension Connection {
    fileprivate mutating func missingRights(_ sql: String, _ parameters: [String]) throws(MigrationError) -> [MissingRight] {
        do throws(PostgresError) {
            return try query(sql, parameters, until: .after(milliseconds: 30_000)).map {
                MissingRight(description: $0[0] ?? "", remedy: $0[1] ?? "")
            }
        } catch {
            throw .postgres(error)
        }
    }
}

/// By the catalog alone: a name in a schema that one may not use is an error.
private let rightsToRead = """
    select 'a schema public in database ' || quote_ident(current_database()), 'CREATE SCHEMA public AUTHORIZATION pg_database_owner'
    where not exists (select from pg_catalog.pg_namespace where nspname = 'public')
    union all
    select format('USAGE on schema public for role %I', current_user), format('GRANT USAGE ON SCHEMA public TO %I', current_user)
    from pg_catalog.pg_namespace
    where nspname = 'public' and not has_schema_privilege(oid, 'usage')
    union all
    select
        format('SELECT on table debrief_migrations for role %I', current_user),
        format('GRANT SELECT ON public.debrief_migrations TO %I', current_user)
    from pg_catalog.pg_class as c join pg_catalog.pg_namespace as n on n.oid = c.relnamespace
    where n.nspname = 'public' and c.relname = 'debrief_migrations' and not has_table_privilege(c.oid, 'select')
    """

/// - Parameters: whether the file with the roles is pending, whether one is that acts as `debrief_owner`, what such files have made, and the settings.
private let rightsToMigrate = """
    with facts as (
        select
            $1::boolean as makes_roles,
            $2::boolean as acts_as_owner,
            quote_ident(current_user) as me,
            quote_ident(d.datname) as database,
            d.oid as database_id,
            n.oid as schema_id,
            c.oid as record_id,
            n.nspowner = 'pg_database_owner'::regrole as is_of_database_owner,
            pg_has_role(d.datdba, 'usage') as owns_database,
            pg_has_role(n.nspowner, 'usage') as owns_schema,
            r.rolsuper as may_do_all,
            r.rolsuper or r.rolcreaterole as may_make_roles,
            current_setting('server_version_num')::integer >= 160000 as has_set_option,
            to_regrole('debrief_owner')::oid as owner,
            to_regrole('debrief_platform')::oid as platform,
            to_regrole('debrief_api')::oid as api
        from pg_catalog.pg_database as d
        join pg_catalog.pg_namespace as n on n.nspname = 'public'
        join pg_catalog.pg_roles as r on r.rolname = current_user
        left join pg_catalog.pg_class as c on c.relnamespace = n.oid and c.relname = 'debrief_migrations'
        where d.datname = current_database()
    ),
    state as (
        select
            *,
            owner is not null and platform is not null and api is not null and cardinality($4::text[]) = (
                select count(*)
                from pg_catalog.pg_db_role_setting as s, unnest(s.setconfig) as setting
                where s.setdatabase = 0 and s.setrole = api and setting = any ($4::text[])
            ) as has_roles,
            coalesce(pg_has_role(owner, 'usage'), false) as is_owner,
            -- PostgreSQL 16 tells members who may take on the role from those who may not, and CREATEROLE no longer reaches every role.
            coalesce(pg_has_role(owner, case when has_set_option then 'set' else 'member' end), false) as may_become_owner,
            coalesce(pg_has_role(owner, 'member with admin option'), false) or may_make_roles and not has_set_option as may_admit,
            not has_database_privilege('public'::name, database_id, 'temporary')
                and coalesce(has_database_privilege(platform, database_id, 'connect'), false)
                and coalesce(has_database_privilege(api, database_id, 'connect'), false) as is_arranged_database,
            not has_schema_privilege('public'::name, schema_id, 'create')
                and coalesce(has_schema_privilege(owner, schema_id, 'create') and has_schema_privilege(owner, schema_id, 'usage'), false)
                and coalesce(has_schema_privilege(platform, schema_id, 'usage'), false)
                and coalesce(has_schema_privilege(api, schema_id, 'usage'), false) as is_arranged_schema
        from facts
    ),
    lacks as (
        select
            *,
            makes_roles and not owns_database and not (is_arranged_database and (is_arranged_schema or owns_schema)) as lacks_database,
            makes_roles and not owns_schema and not is_arranged_schema and not is_of_database_owner as lacks_schema
        from state
    )
    select description, remedy
    from (
        select 1, format('CREATEROLE for role %s', me), format('ALTER ROLE %s CREATEROLE', me)
        from lacks
        where makes_roles and not may_make_roles and not has_roles
        union all
        -- From 16 on, CREATEROLE changes the roles alone that one has made, or is an admin of.
        select 1, format('ADMIN OPTION on role debrief_api for role %s', me), format('GRANT debrief_api TO %s WITH ADMIN OPTION', me)
        from lacks
        where makes_roles and may_make_roles and not may_do_all and has_set_option and not has_roles
            and api is not null and not pg_has_role(api, 'member with admin option')
        union all
        select 2, format('membership in debrief_owner for role %s', me), format('GRANT debrief_owner TO %s', me)
        from lacks
        where owner is not null and (
            makes_roles and not is_owner and not may_admit
            -- The file with the roles makes a member of who is none.
            or acts_as_owner and not may_become_owner and not (makes_roles and not is_owner)
        )
        union all
        select 3, format('ownership of database %s for role %s', database, me), format('ALTER DATABASE %s OWNER TO %s', database, me)
        from lacks
        where lacks_database
        union all
        select 4, format('ownership of schema public for role %s', me), 'ALTER SCHEMA public OWNER TO pg_database_owner'
        from lacks
        where lacks_schema
        union all
        -- For the table debrief_migrations.
        select 5, format('CREATE on schema public for role %s', me), format('GRANT CREATE ON SCHEMA public TO %s', me)
        from lacks
        where record_id is null and not has_schema_privilege(schema_id, 'create') and not lacks_database and not lacks_schema
        union all
        select 6, format('INSERT on table debrief_migrations for role %s', me), format('GRANT INSERT ON public.debrief_migrations TO %s', me)
        from lacks
        where not has_table_privilege(record_id, 'insert')
        union all
        select 7, 'USAGE on language plpgsql for role ' || who.name, 'GRANT USAGE ON LANGUAGE plpgsql TO ' || who.name
        from lacks
        join pg_catalog.pg_language as l on l.lanname = 'plpgsql'
        cross join lateral (
            select me where (makes_roles or acts_as_owner) and not has_language_privilege(l.oid, 'usage')
            union
            -- As long as it is not there, it is anybody.
            select case when owner is null then 'public' else 'debrief_owner' end
            where acts_as_owner and not coalesce(
                has_language_privilege(owner, l.oid, 'usage'), has_language_privilege('public'::name, l.oid, 'usage')
            )
        ) as who (name)
        union all
        select 8, 'USAGE and CREATE on schema public for role debrief_owner', 'GRANT USAGE, CREATE ON SCHEMA public TO debrief_owner'
        from lacks
        where acts_as_owner and not makes_roles
            and not (has_schema_privilege(owner, schema_id, 'usage') and has_schema_privilege(owner, schema_id, 'create'))
        union all
        select
            9,
            format('ownership of table %I for role debrief_owner', c.relname),
            format('ALTER TABLE public.%I OWNER TO debrief_owner', c.relname)
        from lacks
        join pg_catalog.pg_class as c on c.relnamespace = schema_id and c.relname = any ($3::name[]) and c.relkind in ('r', 'p')
        where acts_as_owner and not pg_has_role(owner, c.relowner, 'usage')
        union all
        select
            10,
            format('ownership of function %I for role debrief_owner', p.proname),
            format('ALTER FUNCTION public.%I(%s) OWNER TO debrief_owner', p.proname, pg_get_function_identity_arguments(p.oid))
        from lacks
        join pg_catalog.pg_proc as p on p.pronamespace = schema_id and p.proname = any ($3::name[])
        where acts_as_owner and not pg_has_role(owner, p.proowner, 'usage')
    ) as missing (rule, description, remedy)
    order by rule, description
    """
