import Postgres
import Support
import Testing
import Waiting

@testable import API

@Suite("Isolation in the database: what a statement can see, whatever is wrong with it")
struct IsolationTests {
    private typealias Rows = [[String?]]

    /// A statement as it is, or with every condition taken out.
    struct Case: Sendable, CustomTestStringConvertible {
        let statement: Statement
        let scope: Scope
        let isStripped: Bool

        var testDescription: String { statement.name + (isStripped ? " without conditions" : "") }

        /// Each statement in both ways.
        static let all = Endpoint.all.flatMap { endpoint in
            endpoint.statements.flatMap { statement in
                let stripped = Statement(
                    name: statement.name,
                    sql: withoutConditions(statement.sql),
                    parameters: statement.parameters,
                    columns: statement.columns
                )
                return [
                    Case(statement: statement, scope: endpoint.scope, isStripped: false),
                    Case(statement: stripped, scope: endpoint.scope, isStripped: true),
                ]
            }
        }
    }

    private let deadline = Deadline.after(milliseconds: 60_000)
    private let databases: TwoTenants

    init() throws { databases = try TwoTenants.shared.get() }

    /// The statement's execution, for SQL.
    private func execution(_ statement: Statement) -> String {
        let arguments = generousArguments(of: statement)
        return "execute \(statement.name)" + (arguments.isEmpty ? "" : "(\(arguments.map { "'\($0)'" }.joined(separator: ", ")))")
    }

    /// A connection on which the statement and the caller's are prepared.
    private func connect(_ database: Support.Database, user: String = "debrief_api", _ statement: Statement) throws -> Connection {
        var connection = try database.connect(user: user)
        try connection.prepare([Caller.statement, statement], until: deadline)
        return connection
    }

    /// The statement's rows where nothing confines it: as a superuser.
    private func unconfined(_ statement: Statement, in database: Support.Database) throws -> Rows {
        var connection = try connect(database, user: "postgres", statement)
        // As the role has it: which row a sub-select without its condition finds first is up to the plan.
        try connection.execute(script: "set enable_seqscan = off; set enable_bitmapscan = off", until: deadline)
        return sorted(try connection.query(execution(statement), until: deadline))
    }

    /// Without conditions, what is not a list comes in no order.
    private func sorted(_ rows: Rows) -> Rows { rows.sorted { "\($0)" < "\($1)" } }

    /// The statement's rows for a tenant, on a connection of the workers' role.
    private func confined(_ statement: Statement, to tenant: TwoTenants.Tenant, _ connection: inout Connection) throws -> Rows {
        try connection.execute(script: "begin", until: deadline)
        let outcome = try connection.query(
            "select outcome from authenticate(sha256($1::text::bytea), 'users:read')",
            ["live \(tenant)"],
            until: deadline
        )
        #expect(outcome == [["live"]])
        let rows = try connection.query(execution(statement), until: deadline)
        try connection.execute(script: "commit", until: deadline)
        return sorted(rows)
    }

    @Test("conditions are taken out at every depth")
    func stripping() {
        #expect(withoutConditions("select a from t where (a, b) < ($1, $2) and c order by a") == "select a from t where true order by a")
        #expect(
            withoutConditions("select (select max(x) from u where x = (t.x)) from t left join u on (a) = b where 1 in (2)")
                == "select ( select max ( x ) from u where true limit 1 ) from t left join u on true where true"
        )
        for test in Case.all where test.isStripped { #expect(!test.statement.sql.contains("where true and")) }
    }

    @Test("a tenant's rows are the same as if no other tenant were there, even without a single condition", arguments: Case.all)
    func confinement(_ test: Case) throws {
        for tenant in TwoTenants.Tenant.allCases {
            var connection = try connect(databases.both, test.statement)
            let own = try confined(test.statement, to: tenant, &connection)
            let alone = try #require(databases.alone[tenant])
            #expect(try own == unconfined(test.statement, in: alone))
            #expect(!own.isEmpty)
            // Otherwise it would be the conditions that confine it, or rows that the other tenant does not have.
            if test.isStripped { #expect(try own != unconfined(test.statement, in: databases.both)) }
        }
    }

    @Test("without a tenant there is no row: before the first, after a transaction, after an error", arguments: Case.all)
    func noTenant(_ test: Case) throws {
        let nothing = try unconfined(test.statement, in: databases.empty)
        var connection = try connect(databases.both, test.statement)
        #expect(try connection.query(execution(test.statement), until: deadline) == nothing)

        #expect(try confined(test.statement, to: .a, &connection) != nothing)
        #expect(try connection.query("select current_setting('debrief.tenant')", until: deadline) == [[""]])
        #expect(try connection.query(execution(test.statement), until: deadline) == nothing)

        try connection.execute(script: "begin", until: deadline)
        _ = try connection.query("select from authenticate(sha256('live b'), 'users:read')", until: deadline)
        #expect(throws: PostgresError.self) { try connection.execute(script: "select 1 / 0", until: deadline) }
        try connection.execute(script: "rollback", until: deadline)
        #expect(try connection.query(execution(test.statement), until: deadline) == nothing)
    }

    @Test("a tenant that is the setting of a session is not one of a transaction: nonsense in it is an error, never a row", arguments: Case.all)
    func nonsense(_ test: Case) throws {
        var connection = try connect(databases.both, test.statement)
        try connection.execute(script: "set debrief.tenant = 'everybody'", until: deadline)
        #expect(throws: PostgresError.self) { try connection.query(execution(test.statement), until: deadline) }
    }
}
