import Support
import Testing

@Suite("Isolation by hand: psql as the workers' role")
struct IsolationByHandTests {
    private let database: Support.Database

    init() throws { database = try MarkedTenants.shared.get().both }

    /// What psql prints for commands that are typed one after the other, as debrief_api.
    private func psql(_ commands: String) throws -> (status: Int32?, output: String, errors: String) {
        try run(["/usr/bin/psql", "-XAtq", "-v", "ON_ERROR_STOP=1", "-d", database.conninfo(user: "debrief_api")], input: commands)
    }

    /// Every table and view that debrief_api can read a column of, with those columns: what the catalog says, not a list.
    private func readable() throws -> [(table: String, columns: String)] {
        let rows = try database.sql(
            """
            select c.relname, string_agg(quote_ident(a.attname), ', ' order by a.attnum)
            from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
            where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'v', 'm', 'p', 'f')
                and has_column_privilege('debrief_api', c.oid, a.attnum, 'select')
            group by c.relname order by c.relname
            """
        )
        return rows.map { ($0[0] ?? "", $0[1] ?? "") }
    }

    /// The tenant's rows of a table, as a superuser sees them.
    private func rows(of tenant: MarkedTenants.Tenant, _ table: String, _ columns: String) throws -> [String] {
        let rows = try database.sql("select \(columns) from \(table) where tenant_id = $1", tenant.id)
        return rows.map { $0.map { $0 ?? "" }.joined(separator: "|") }.sorted()
    }

    private func lines(_ text: String) -> [String] { text.split(separator: "\n").map(String.init).sorted() }

    @Test("no tenant set, no row of any table that the role can read; an empty one is none, and so is one that nobody has")
    func noTenant() throws {
        let tables = try readable()
        #expect(tables.count >= 8)
        let selects = tables.map { "select \($0.columns) from \($0.table);" }.joined(separator: "\n")
        for setting in ["", "set debrief.tenant = '';", "set debrief.tenant = 'dddddddd-0000-0000-0000-000000000000';", "reset debrief.tenant;"] {
            let (status, output, errors) = try psql("\(setting)\n\(selects)")
            #expect(status == 0 && output.isEmpty && errors.isEmpty, "\(setting) \(output)\(errors)")
        }
    }

    @Test("one tenant set, that one's rows and all of them, by each way of setting it", arguments: MarkedTenants.Tenant.allCases)
    func oneTenant(_ tenant: MarkedTenants.Tenant) throws {
        for (table, columns) in try readable() {
            let own = try rows(of: tenant, table, columns)
            #expect(!own.isEmpty, "\(table)")
            let select = "select \(columns) from \(table);"
            for commands in [
                "set debrief.tenant = '\(tenant.id)';\n\(select)",
                "begin;\nset local debrief.tenant = '\(tenant.id)';\n\(select)\ncommit;\n\(select)",
                "\\o /dev/null\nselect set_config('debrief.tenant', '\(tenant.id)', false);\n\\o\n\(select)",
                "begin;\n\\o /dev/null\nselect authenticate(sha256('live \(tenant)'), 'users:read');\n\\o\n\(select)\nrollback;\n\(select)",
            ] {
                let (status, output, errors) = try psql(commands)
                #expect(status == 0 && lines(output) == own, "\(table): \(commands)\n\(output)\(errors)")
            }
        }
    }

    @Test("one tenant after the other, each sees its own rows and nothing of the one before")
    func oneAfterTheOther() throws {
        let (a, b) = (MarkedTenants.Tenant.a, MarkedTenants.Tenant.b)
        for (table, columns) in try readable() {
            let select = "select \(columns) from \(table);"
            let (status, output, errors) = try psql(
                "set debrief.tenant = '\(a.id)';\n\(select)\n\\echo --\nset debrief.tenant = '\(b.id)';\n\(select)\n\\echo --\nreset debrief.tenant;\n\(select)"
            )
            #expect(status == 0, "\(errors)")
            let parts = output.split(separator: "--\n", omittingEmptySubsequences: false).map { lines(String($0)) }
            #expect(try parts == [rows(of: a, table, columns), rows(of: b, table, columns), []], "\(table)")
        }
    }

    @Test("nonsense for a tenant is an error and no row")
    func nonsense() throws {
        for (table, columns) in try readable() {
            let (status, output, errors) = try psql("set debrief.tenant = 'everybody';\nselect \(columns) from \(table);")
            #expect(status == 3 && output.isEmpty && errors.contains("invalid input syntax for type uuid"), "\(table)")
        }
    }

    @Test("with a tenant set, the email, the tenants and the tokens are refused, and so is each write, in a transaction that may write, too")
    func refused() throws {
        let tenant = MarkedTenants.Tenant.a.id
        let tables = try database.sql(
            "select relname from pg_class where relnamespace = 'public'::regnamespace and relkind in ('r', 'p') order by relname"
        ).compactMap { $0.first ?? nil }
        let reads = ["select email from users", "select * from users", "table tenants", "select id from tenants", "table api_tokens"]
        let writes = tables.flatMap { table in
            ["insert into \(table) default values", "delete from \(table)", "truncate \(table)", "copy \(table) from stdin", "lock table \(table)"]
                + (table == "debrief_migrations" ? [] : ["update \(table) set \(table == "tenants" ? "id" : "tenant_id") = null"])
        }
        for command in reads + writes + ["select id from sessions for update", "set role debrief_owner"] {
            let (status, output, errors) = try psql("begin read write;\nset local debrief.tenant = '\(tenant)';\n\(command);")
            #expect(status == 3 && output.isEmpty && errors.contains("permission denied"), "\(command): \(output)\(errors)")
        }
        // As it is, it cannot even try.
        let readOnly = try psql("set debrief.tenant = '\(tenant)';\ndelete from sessions;")
        #expect(readOnly.status == 3 && readOnly.errors.contains("read-only transaction"))
        #expect(try psql("show transaction_read_only;").output == "on\n")
    }
}
