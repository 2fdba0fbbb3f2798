import JSON
import Postgres
import Support
import Waiting

@testable import API

/// Requests of two tenants, one after the other on a worker's connection, with everything between them that may spoil one: and every value of every
/// result looked at, whatever the caller's statement said.
struct IsolationTries: ~Copyable {
    typealias Tenant = MarkedTenants.Tenant

    /// How the database is reached.
    enum Access {
        /// As a worker does it, who refuses a database that is not safe.
        case worker
        /// By a connection as that role, whatever the database is like: for what is broken on purpose.
        case bare(String)
    }

    /// How many rows a call has for a caller, and the sums in them.
    private struct Expectation {
        let rowCount: Int
        let sums: [Int64?]
    }

    private static let failing = Statement(name: "failing", sql: "select 1 / $1", parameters: [.integer], columns: [.integer])
    /// Long enough to be cancelled in; short, since a signal that comes before the statement is none of its business.
    private static let sleeping = Statement(name: "sleeping", sql: "select 'awake'::text from pg_sleep(0.02)", parameters: [], columns: [.text])
    private static let limiting = Statement(
        name: "limiting",
        sql: "select set_config('statement_timeout', '5', true)",
        parameters: [],
        columns: [.text]
    )
    private static let backend = Statement(name: "backend", sql: "select pg_backend_pid()", parameters: [], columns: [.integer])
    private static let helpers = [failing, sleeping, limiting, backend]

    private let calls: [IsolationCall]
    /// By ``place(_:_:_:)``.
    private let expectations: [Expectation]
    private let deadline = Deadline.after(milliseconds: 600_000)
    private let access: Access
    private let conninfo: String
    private var generator: SeededGenerator
    private var worker: API.Database
    private var kept: Connection?
    private var bareConnections = 0
    private var disturber: Connection
    private var isDisturbing = false
    private var pid: Int32 = 0
    private var callerArguments = Arguments()
    private var arguments = Arguments()
    private var extra = Arguments()
    /// What has been counted.
    private(set) var counts = IsolationCounts()

    /// Tries on a database, whose rows have to be those of ``MarkedTenants``.
    init(_ database: Support.Database, _ access: Access, seed: UInt64) throws {
        let calls = try IsolationCall.all()
        let databases = try MarkedTenants.shared.get()
        // In the order of `place`.
        let alone = [databases.empty, databases.alone[.a], databases.alone[.b]].compactMap { $0 }
        let expectations = try alone.flatMap { try Self.expectations(calls, in: $0) }
        let user = if case .bare(let role) = access { role } else { "debrief_api" }
        let disturber = try Self.connect(database.conninfo(user: "postgres"), Self.disturbances)

        self.calls = calls
        self.expectations = expectations
        self.access = access
        conninfo = database.conninfo(user: user)
        generator = SeededGenerator(seed: seed)
        // One endpoint for all of the statements, as far as preparing them goes.
        let endpoint = Endpoint(
            "isolation",
            path: "/isolation",
            scope: .usersRead,
            documentation: Endpoint.Documentation(summary: "", details: "", exampleCall: "", exampleResponse: "", rowName: ""),
            parameters: [],
            shape: .list,
            columns: [],
            statements: IsolationStatement.all.map(\.statement) + Self.helpers
        ) { _, _ throws(ParameterError) in Self.backend }
        worker = API.Database(.init(conninfo: conninfo, statementTimeoutMilliseconds: 10_000), endpoints: [endpoint])
        self.disturber = disturber
    }

    /// Tries that many times.
    ///
    /// - Parameter events: whether anything is to go wrong on the way.
    mutating func run(_ count: Int, events: Bool = true) throws {
        let end = counts.tries + count
        // Now and then there is no connection to try on.
        for _ in 0..<2 * count where counts.tries < end { try attempt(events ? .random(using: &generator) : .none) }
        counts.connections = worker.connections + bareConnections
    }
}

// MARK: - What is expected

extension IsolationTries {
    /// Where the expectation of a call stands: first those of a caller who is not let in, then those of a, then those of b.
    private func place(_ call: Int, _ isStripped: Bool, _ tenant: Tenant?) -> Int {
        let before = tenant == nil ? 0 : tenant == .a ? 1 : 2
        return (before * calls.count + call) * 2 + (isStripped ? 1 : 0)
    }

    /// Asks a database that has the tenant's rows and no others, without row security: as a superuser.
    private static func expectations(_ calls: [IsolationCall], in database: Support.Database) throws -> [Expectation] {
        let deadline = Deadline.after(milliseconds: 60_000)
        var connection = try connect(database.conninfo(user: "postgres"), IsolationStatement.all.map(\.statement))
        var arguments = Arguments()
        var expectations: [Expectation] = []
        for call in calls {
            for isStripped in [false, true] {
                let statement = try bind(call, isStripped, &arguments)
                try connection.send(statement.statement, arguments)
                try connection.sync()
                let result = try connection.receive(until: deadline)
                try connection.drain(until: deadline)
                expectations.append(Expectation(rowCount: result.rowCount, sums: sums(of: result, statement)))
            }
        }
        return expectations
    }

    private static func bind(_ call: IsolationCall, _ isStripped: Bool, _ arguments: inout Arguments) throws -> IsolationStatement {
        let name = try call.bind(&arguments).name
        guard let statement = IsolationStatement.named(name, stripped: isStripped) else { throw PostgresError.unexpected(name) }
        return statement
    }

    /// The summary's, of its one row.
    private static func sums(of result: borrowing Postgres.Result, _ statement: IsolationStatement) -> [Int64?] {
        var sums: [Int64?] = []
        for column in statement.sums { sums.append(result.rowCount == 1 ? result.value(row: 0, column: column)?.int64 : nil) }
        return sums
    }
}

// MARK: - One try

extension IsolationTries {
    private mutating func attempt(_ event: IsolationEvent) throws {
        do {
            try request(event)
        } catch let error as PostgresError {
            note(error, event)
        } catch let failure as API.Database.Failure {
            // Cancelled or terminated while it connected.
            if case .unsafe = failure { throw failure }
            counts.lost += 1
        }
    }

    private mutating func note(_ error: PostgresError, _ event: IsolationEvent) {
        switch error.sqlState {
        case "22012": counts.errors += 1
        case "57014" where event == .outOfTime: counts.outOfTime += 1
        case "57014": counts.cancelled += 1
        default: counts.lost += 1
        }
    }

    /// As a request takes the connection and puts it back.
    private mutating func request(_ event: IsolationEvent) throws {
        var connection = try take()
        do {
            try exchange(event, &connection)
        } catch {
            try calmDown()
            if case .worker = access { try worker.put(connection, after: error, until: deadline) } else { try put(connection, after: error) }
            throw error
        }
        try calmDown()
        if case .worker = access {
            worker.put(connection)
        } else if connection.isIdle {
            kept = consume connection
        }
    }

    /// One exchange: the caller's statement and the endpoint's, as a worker sends them, and what the event adds.
    private mutating func exchange(_ event: IsolationEvent, _ connection: inout Connection) throws {
        let index = Int.random(in: 0..<calls.count, using: &generator)
        let isStripped = Bool.random(using: &generator)
        let statement = try Self.bind(calls[index], isStripped, &arguments)
        guard let token = IsolationToken.all.randomElement(using: &generator) else { return }
        Caller.bind(token.text.span, statement.scope, to: &callerArguments)

        try connection.send(Caller.statement, callerArguments)
        if event == .failsBefore { try sendFailing(&connection) }
        if event == .outOfTime { try connection.send(Self.limiting, Arguments()) }
        if [.outOfTime, .cancelled, .terminated].contains(event) { try connection.send(Self.sleeping, Arguments()) }
        try connection.send(statement.statement, arguments)
        if event == .failsAfter { try sendFailing(&connection) }
        let isFirst = Bool.random(using: &generator)
        if isFirst { try disturb(event) }
        try connection.sync()
        if !isFirst { try disturb(event) }
        counts.tries += 1

        let isLive = token.isLive(for: statement.scope)
        check(Caller(try connection.receive(until: deadline)), token, statement.scope, isLive)
        if event == .failsBefore { _ = try connection.receive(until: deadline) }
        if event == .outOfTime { _ = try connection.receive(until: deadline) }
        if [.outOfTime, .cancelled, .terminated].contains(event) { _ = try connection.receive(until: deadline) }
        let expected = expectations[place(index, isStripped, isLive ? token.tenant : nil)]
        let isAbandoned = event == .abandoned
        try read(statement, isLive ? token.tenant : nil, expected, isAbandoned: isAbandoned, &connection)
        if event == .failsAfter { _ = try connection.receive(until: deadline) }
        if !isAbandoned { try connection.drain(until: deadline) }
    }

    private mutating func sendFailing(_ connection: inout Connection) throws {
        extra.removeAll()
        extra.append(Int32(0))
        try connection.send(Self.failing, extra)
    }

    private mutating func check(_ caller: Caller, _ token: IsolationToken, _ scope: Scope, _ isLive: Bool) {
        let isLetIn = (try? caller.require(scope)) != nil
        if isLetIn != isLive || caller.tenant?.description != token.tenant?.id { counts.mistaken += 1 }
        if isLive { counts.live += 1 }
    }

    /// Reads the endpoint's rows as a worker does: a list row by row, all else at once.
    private mutating func read(
        _ statement: IsolationStatement,
        _ tenant: Tenant?,
        _ expected: Expectation,
        isAbandoned: Bool,
        _ connection: inout Connection
    ) throws {
        var rowCount = 0
        if statement.shape == .list || isAbandoned {
            try connection.beginRows()
            while let row = try connection.nextRow(until: deadline) {
                check(row, statement, tenant)
                rowCount += 1
                if isAbandoned { return }
            }
        } else {
            let result = try connection.receive(until: deadline)
            rowCount = result.rowCount
            check(result, statement, tenant)
            check(Self.sums(of: result, statement), expected.sums, statement)
        }
        let difference = rowCount - expected.rowCount
        if difference > 0 { counts.foreign += difference }
        if difference < 0 { counts.incomplete += 1 }
    }

    /// Looks at each value of each row.
    private mutating func check(_ result: borrowing Postgres.Result, _ statement: IsolationStatement, _ tenant: Tenant?) {
        counts.rows += result.rowCount
        for row in 0..<result.rowCount {
            for (column, type) in statement.marked {
                let owner = MarkedTenants.owner(of: result.value(row: row, column: column), type)
                if owner != nil && owner != tenant { found(statement, column) }
            }
        }
    }

    private mutating func check(_ sums: [Int64?], _ expected: [Int64?], _ statement: IsolationStatement) {
        guard sums != expected else { return }
        for (index, column) in statement.sums.enumerated() where sums[index] != expected[index] { found(statement, column) }
    }

    private mutating func found(_ statement: IsolationStatement, _ column: Int) {
        counts.foreign += 1
        counts.places.insert("\(statement.statement.name) \(column)")
    }
}

// MARK: - The connection, and who disturbs it

extension IsolationTries {
    private static let disturbances = ["cancel", "terminate"].map {
        Statement(name: $0, sql: "select pg_\($0)_backend($1)::text", parameters: [.integer], columns: [.text])
    }

    private mutating func take() throws -> Connection {
        let before = worker.connections + bareConnections
        var connection = try open()
        if worker.connections + bareConnections > before { try identify(&connection) }
        return connection
    }

    private mutating func open() throws -> Connection {
        if case .worker = access { return try worker.take(until: deadline) }
        if let idle = kept.take() { return idle }
        bareConnections += 1
        return try Self.connect(conninfo, [Caller.statement] + IsolationStatement.all.map(\.statement) + Self.helpers)
    }

    private static func connect(_ conninfo: String, _ statements: [Statement]) throws -> Connection {
        let deadline = Deadline.after(milliseconds: 60_000)
        var connection = try Connection(conninfo, applicationName: "test", until: deadline)
        try connection.prepare(statements, until: deadline)
        return connection
    }

    private mutating func identify(_ connection: inout Connection) throws {
        try connection.send(Self.backend, Arguments())
        try connection.sync()
        let result = try connection.receive(until: deadline)
        try connection.drain(until: deadline)
        pid = result.value(row: 0, column: 0)?.int32 ?? 0
    }

    private mutating func put(_ connection: consuming Connection, after error: any Error) throws {
        guard (error as? PostgresError)?.sqlState != nil else { return }
        try connection.drain(until: deadline)
        kept = consume connection
    }

    /// Has another connection cancel or terminate the backend, and does not wait for it.
    private mutating func disturb(_ event: IsolationEvent) throws {
        let disturbance: Statement
        switch event {
        case .cancelled, .cancelledAnywhere: disturbance = Self.disturbances[0]
        case .terminated, .terminatedAnywhere: disturbance = Self.disturbances[1]
        default: return
        }
        extra.removeAll()
        extra.append(pid)
        try disturber.send(disturbance, extra)
        try disturber.sync()
        isDisturbing = true
    }

    /// Waits until the other connection has done it.
    private mutating func calmDown() throws {
        guard isDisturbing else { return }
        isDisturbing = false
        try disturber.drain(until: deadline)
    }
}
