-- debrief_api reads and makes nothing. PostgreSQL lets every role make large objects, which no setting and no privilege of a schema or
-- a database forbids, only the functions that make them. The platform keeps them: what it stores beside its rows is its own business.
--
-- They belong to whoever made the server, and PostgreSQL only warns where somebody else revokes. The admin of a managed server is such
-- a one: there they stay, and debrief check says so.

do $$
declare
    maker  regprocedure;
begin
    for maker in
        select oid
        from pg_catalog.pg_proc
        where pronamespace = 'pg_catalog'::regnamespace
            and proname in ('lo_creat', 'lo_create', 'lo_from_bytea', 'lo_import')
            and pg_catalog.pg_has_role(proowner, 'usage')
    loop
        execute pg_catalog.format('revoke execute on function %s from public', maker);
        -- Reading a file of the server into one was never for everybody.
        if maker::text not like 'lo_import%' then
            execute pg_catalog.format('grant execute on function %s to debrief_platform', maker);
        end if;
    end loop;
end
$$;
