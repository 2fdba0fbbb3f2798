import Postgres
import Waiting

/// What has to hold of the database before a worker answers from it: that its role can read one tenant a transaction, and nothing else.
///
/// Asked of the catalog on each new connection, so a policy dropped or a right granted by mistake stops the API, not the tenant's secrecy.
enum RowSecurity {
    /// What is wrong, a sentence each; none where all is well.
    static func faults(connection: inout Connection, until deadline: Deadline) throws(PostgresError) -> [String] {
        try connection.query(statement, until: deadline).compactMap { $0.first ?? nil }
    }

    private static let statement = """
        with role as (
            select oid, rolname, rolsuper, rolbypassrls from pg_roles where rolname = current_user
        ), needed(name, readable) as (
            values ('users', true), ('scenarios', true), ('sessions', true), ('transcripts', true), ('scorecards', true),
                ('tenants', false), ('api_tokens', false)
        ), tables as (
            select needed.*, c.oid, c.relrowsecurity and c.relforcerowsecurity as secured
            from needed left join pg_class c on c.oid = to_regclass('public.' || needed.name)
        ), policies as (
            select tables.name, count(*) filter (where p.polpermissive) as permissive,
                bool_and(pg_get_expr(p.polqual, p.polrelid) like '(tenant_id = ( SELECT%''debrief.tenant''%')
                    filter (where p.polpermissive) as confining
            from role, tables join pg_policy p on p.polrelid = tables.oid
            where p.polcmd in ('r', '*') and exists (select from unnest(p.polroles) r where r = 0 or pg_has_role(role.oid, r, 'usage'))
            group by tables.name
        )
        select format('the role %s is a superuser; connect as a role without rights of its own', rolname) from role where rolsuper
        union all
        select format('the role %s has BYPASSRLS; alter role %1$s nobypassrls', rolname) from role where rolbypassrls
        union all
        select format('the role %s can act as %s, a role with rights of its own; revoke %2$s from %1$s', role.rolname, other.rolname)
        from role join pg_roles other on other.oid <> role.oid and pg_has_role(role.oid, other.oid, 'member')
        where not role.rolsuper
        union all
        select format('the role %s owns the table %s', rolname, relname) from role join pg_class on relowner = role.oid
        union all
        select format('there is no table %s; run debrief migrate up', name) from tables where oid is null
        union all
        select format('row security is not enabled and forced on %s', name) from tables where not secured
        union all
        select format('no policy, or more than one, lets the role %s read %s', rolname, name)
        from role, tables left join policies using (name) where readable and permissive is distinct from 1
        union all
        select format('the policy for %s does not confine to the tenant', name) from tables join policies using (name)
        where readable and not confining
        union all
        select format('the role %s may write to %s', rolname, name) from role, tables
        where has_table_privilege(role.oid, tables.oid, 'insert, update, delete, truncate, trigger, references')
        union all
        select format('the role %s may read %s', rolname, name) from role, tables
        where not readable and has_any_column_privilege(role.oid, tables.oid, 'select')
        union all
        select format('the role %s may read users.email', rolname) from role, tables
        where name = 'users' and has_column_privilege(role.oid, tables.oid, 'email', 'select')
        """
}
