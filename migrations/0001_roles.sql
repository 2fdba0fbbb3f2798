-- The three roles and what they may do with the database itself. Run by a superuser or, on a managed server, by the owner of the
-- database with CREATEROLE. Roles belong to the whole cluster, where other databases may have been migrated before, or are being
-- migrated at this moment: each change is made only where it is missing, so that no two of them update the same catalog row.

do $$
declare
    wanted   record;
    setting  text;
begin
    -- Names sort by code point, which collation "C" does on UTF-8 alone, and any Unicode has to fit in.
    if current_setting('server_encoding') <> 'UTF8' then
        raise exception 'the database must be encoded in UTF8, not in %', current_setting('server_encoding');
    end if;

    -- No passwords here: how debrief_platform and debrief_api log in is for pg_hba.conf and the DBA to say.
    for wanted in
        select *
        from (values
            ('debrief_owner', 'nologin', 'Debrief: owns its tables and its function; the admin commands act as it'),
            ('debrief_platform', 'login', 'Debrief: the platform that runs the practice calls writes as this role'),
            ('debrief_api', 'login', 'Debrief: the workers of the API read as this role, one tenant a transaction')
        ) as roles (name, login, description)
    loop
        if to_regrole(wanted.name) is null then
            begin
                execute format('create role %I %s', wanted.name, wanted.login);
                execute format('comment on role %I is %L', wanted.name, wanted.description);
            exception
                -- Another database's migration was faster, and has committed by now.
                when duplicate_object or unique_violation then null;
            end;
        end if;
    end loop;

    -- Who is no superuser can act as debrief_owner only as its member ('usage': from PostgreSQL 16 on, creating a role makes one a
    -- member who may not).
    if not pg_has_role('debrief_owner', 'usage') then
        grant debrief_owner to current_user;
    end if;

    foreach setting in array array[
        -- One plan a statement: PostgreSQL would plan the row comparison of the session list anew at each execution.
        'plan_cache_mode=force_generic_plan',
        -- That plan is made for the average tenant, and has to do for one with a thousand times its rows: so it may neither read a whole
        -- table nor collect a tenant's rows and sort them, however small the average is. Each statement has its index.
        'enable_seqscan=off',
        'enable_bitmapscan=off',
        -- Compiling a statement costs more than any of ours runs, and a generic plan is compiled at each execution.
        'jit=off',
        'search_path=public',
        'default_transaction_read_only=on',
        -- Limits for whatever connects as this role; the workers set a statement_timeout of their own where they are told to.
        'statement_timeout=10s',
        -- A worker drops the connection when the caller has left; the statement must not go on without it.
        'client_connection_check_interval=1s',
        'idle_in_transaction_session_timeout=30s'
    ]
    loop
        if not exists (
            select
            from pg_db_role_setting
            where setdatabase = 0 and setrole = to_regrole('debrief_api') and setting = any (setconfig)
        ) then
            execute format('alter role debrief_api set %I = %L', split_part(setting, '=', 1), split_part(setting, '=', 2));
        end if;
    end loop;

    -- debrief_api reads and nothing else, so not even temporary tables, which a read-only transaction would let it fill.
    execute format('revoke temporary on database %I from public', current_database());
    execute format('grant connect on database %I to debrief_platform, debrief_api', current_database());
    revoke create on schema public from public;
    grant usage, create on schema public to debrief_owner;
    grant usage on schema public to debrief_platform, debrief_api;

    -- To whom neither database nor schema belongs, PostgreSQL only warns that nothing was granted.
    if has_schema_privilege('public', 'public', 'create') or not has_schema_privilege('debrief_owner', 'public', 'create') then
        raise exception 'only debrief_owner may create in schema public, and % may not arrange that', current_user
            using hint = 'Migrate as a superuser, or as the owner of the database with CREATEROLE.';
    end if;
end
$$;

-- PostgreSQL lets everybody execute a new function; of this owner's functions, those to whom it is granted.
set local role debrief_owner;
alter default privileges revoke execute on functions from public;
reset role;
