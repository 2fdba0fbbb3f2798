import Support
import Testing

@Suite("The catalog of a migrated database: row security and keys")
struct CatalogTests {
    private let database: Database

    private static let shared = Swift.Result { try Cluster.shared.get().makeDatabase(demo: false) }

    init() throws { database = try Self.shared.get() }

    /// The first column of all rows.
    private func lines(_ sql: String) throws -> [String] { try database.sql(sql).compactMap { $0.first ?? nil } }

    @Test("row security is enabled and forced on tenants, and on each table with a tenant_id")
    func rowSecurity() throws {
        let tables = try lines(
            """
            select format('%s %s %s', relname, relrowsecurity, relforcerowsecurity)
            from pg_class c
            where relnamespace = 'public'::regnamespace and relkind in ('r', 'p')
                and (relname = 'tenants' or exists (select from pg_attribute where attrelid = c.oid and attname = 'tenant_id'))
            order by relname
            """
        )
        #expect(
            tables == [
                "api_tokens t t", "scenarios t t", "scorecards t t", "session_days t t", "session_deltas t t", "session_hours t t", "sessions t t",
                "tenants t t", "transcripts t t", "users t t",
            ]
        )
    }

    @Test("a table without a tenant is none of the API's")
    func otherTables() throws {
        let tables = try lines(
            """
            select relname from pg_class c
            where relnamespace = 'public'::regnamespace and relkind not in ('i', 't')
                and not exists (select from pg_attribute where attrelid = c.oid and attname = 'tenant_id')
            order by relname
            """
        )
        #expect(tables == ["debrief_migrations", "tenants"])
    }

    @Test("the policies are these, and no others")
    func policies() throws {
        let policies = try lines(
            """
            select format('%s: %s %s to %s using %s check %s', tablename, lower(permissive), lower(cmd), array_to_string(roles, ','), qual,
                coalesce(with_check, '-'))
            from pg_policies order by tablename, roles
            """
        )
        let everything = "using true check true"
        let own = "using (tenant_id = ( SELECT (NULLIF(current_setting('debrief.tenant'::text, true), ''::text))::uuid AS \"nullif\")) check -"
        let tenantTables = ["scenarios", "scorecards", "sessions", "transcripts", "users"]
        let sums = ["session_days", "session_deltas", "session_hours"]
        let expected =
            (tenantTables + sums).map { "\($0): permissive select to debrief_api \(own)" }
            + tenantTables.map { "\($0): permissive all to debrief_platform \(everything)" }
            + (["api_tokens", "tenants", "sessions", "scorecards"] + sums).map { "\($0): permissive all to debrief_owner \(everything)" }
            + ["tenants: permissive all to debrief_platform \(everything)"]
        #expect(Set(policies) == Set(expected))
        #expect(policies.count == expected.count)
    }

    @Test("each primary key of a tenant's rows leads with the tenant")
    func primaryKeys() throws {
        let keys = try lines(
            """
            select format('%s (%s)', conrelid::regclass,
                (select string_agg(attname, ', ' order by n) from unnest(conkey) with ordinality as k (attnum, n)
                    join pg_attribute a on a.attrelid = conrelid and a.attnum = k.attnum))
            from pg_constraint where contype = 'p' and connamespace = 'public'::regnamespace order by 1
            """
        )
        #expect(
            keys == [
                "api_tokens (id)", "debrief_migrations (number)", "scenarios (tenant_id, id)", "scorecards (tenant_id, id)",
                "session_days (tenant_id, day)", "session_hours (tenant_id, hour)", "sessions (tenant_id, id)", "tenants (id)",
                "transcripts (tenant_id, session_id)", "users (tenant_id, id)",
            ]
        )
    }

    @Test("each index of a tenant's rows leads with the tenant")
    func indexes() throws {
        let others = try lines(
            """
            select indexrelid::regclass::text
            from pg_index i join pg_class c on c.oid = i.indrelid
            join pg_attribute a on a.attrelid = i.indrelid and a.attnum = i.indkey[0]
            where c.relnamespace = 'public'::regnamespace and c.relname not in ('tenants', 'api_tokens', 'debrief_migrations')
                and a.attname <> 'tenant_id'
            """
        )
        #expect(others == [])
    }

    @Test("a row refers to rows of its own tenant alone: each foreign key holds the tenant")
    func foreignKeys() throws {
        let keys = try lines(
            """
            select format('%s %s', conrelid::regclass, pg_get_constraintdef(oid))
            from pg_constraint where contype = 'f' and connamespace = 'public'::regnamespace order by 1
            """
        )
        #expect(
            keys == [
                "api_tokens FOREIGN KEY (tenant_id) REFERENCES tenants(id)",
                "scenarios FOREIGN KEY (tenant_id) REFERENCES tenants(id)",
                "scorecards FOREIGN KEY (tenant_id, session_id) REFERENCES sessions(tenant_id, id) ON DELETE CASCADE",
                "sessions FOREIGN KEY (tenant_id, scenario_id) REFERENCES scenarios(tenant_id, id)",
                "sessions FOREIGN KEY (tenant_id, user_id) REFERENCES users(tenant_id, id)",
                "transcripts FOREIGN KEY (tenant_id, session_id) REFERENCES sessions(tenant_id, id) ON DELETE CASCADE",
                "users FOREIGN KEY (tenant_id) REFERENCES tenants(id)",
            ]
        )
    }

    @Test("each foreign key has an index that begins with its columns")
    func indexedForeignKeys() throws {
        let bare = try lines(
            """
            select format('%s %s', conrelid::regclass, conname) from pg_constraint f
            where contype = 'f' and connamespace = 'public'::regnamespace
                and not exists (
                    select from pg_index i
                    where i.indrelid = f.conrelid and i.indpred is null
                        and (i.indkey::smallint[])[0:cardinality(f.conkey) - 1] operator(pg_catalog.@>) f.conkey
                )
            """
        )
        #expect(bare == [])
    }

    @Test("columns are of the types that the statements and their plans need: no enum, no timestamp without its zone, no jsonb")
    func types() throws {
        let types = try lines(
            """
            select distinct format_type(atttypid, atttypmod)
            from pg_attribute a join pg_class c on c.oid = attrelid
            where relnamespace = 'public'::regnamespace and relkind = 'r' and attnum > 0 order by 1
            """
        )
        #expect(types == ["bigint", "bytea", "integer", "json", "text", "text[]", "timestamp with time zone", "uuid"])
    }

    @Test("what lists are sorted by is compared by code point")
    func collations() throws {
        let columns = try lines(
            """
            select format('%s.%s', relname, attname)
            from pg_attribute a join pg_class c on c.oid = attrelid join pg_collation o on o.oid = attcollation
            where relnamespace = 'public'::regnamespace and relkind = 'r' and attnum > 0 and collname = 'C' order by 1
            """
        )
        for sorted in ["scenarios.name", "scenarios.status", "tenants.name", "users.full_name"] { #expect(columns.contains(sorted)) }
    }

    @Test("created_at is the time of writing where nobody says otherwise")
    func createdAt() throws {
        let without = try lines(
            """
            select table_name from information_schema.columns
            where table_schema = 'public' and column_name = 'created_at' and column_default is distinct from 'now()'
            """
        )
        #expect(without == [])
        let count = try database.value("select count(*) from information_schema.columns where table_schema = 'public' and column_name = 'created_at'")
        #expect(count == "6")
    }
}
