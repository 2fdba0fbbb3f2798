import Postgres
import Support
import Waiting

/// The database of these tests: nothing outlasts their sessions, so one does for all.
let database = Swift.Result { try Cluster.shared.get().makeEmptyDatabase() }

/// A superuser's connection to it.
func connect() throws -> Connection { try database.get().connect(user: "postgres") }

extension Deadline {
    /// For what takes no time, on a machine however slow.
    static var ample: Deadline { .after(milliseconds: 30_000) }
}

/// `1 / $1`: an error on demand.
let reciprocal = Statement(name: "reciprocal", sql: "select 1 / $1", parameters: [.bigint], columns: [.bigint])
/// The numbers to `$1`, without an end in sight.
let numbers = Statement(name: "numbers", sql: "select generate_series(1, $1)", parameters: [.bigint], columns: [.bigint])
/// Waits `$1` seconds.
let sleeping = Statement(name: "sleeping", sql: "select count(*) from pg_sleep($1)", parameters: [.bigint], columns: [.bigint])

extension Connection {
    /// Queues a statement with one number.
    mutating func send(_ statement: Statement, _ number: Int64) throws {
        var arguments = Arguments()
        arguments.append(number)
        try send(statement, arguments)
    }

    /// The number that the next statement returns.
    mutating func number(until deadline: Deadline = .ample) throws -> Int64? {
        let result = try receive(until: deadline)
        return result.value(row: 0, column: 0)?.int64
    }

    /// One whole exchange, as proof that the connection is good.
    mutating func ask(_ statement: Statement, _ number: Int64) throws -> Int64? {
        try send(statement, number)
        try sync()
        let answer = try self.number()
        try drain(until: .ample)
        return answer
    }

    /// The server process behind it.
    mutating func backend() throws -> String { try query("select pg_backend_pid()", until: .ample)[0][0] ?? "" }
}

extension Database {
    /// Ends a server process, and waits until it is gone.
    func terminate(_ backend: String) throws {
        try sql("select pg_terminate_backend($1::int)", backend)
        try eventually(within: 30) { try value("select count(*) from pg_stat_activity where pid = $1::int", backend) == "0" }
    }
}

/// The error that the body throws; nil where it throws none, or another.
func failure(of body: () throws -> Void) -> PostgresError? {
    do {
        try body()
        return nil
    } catch {
        return error as? PostgresError
    }
}

extension PostgresError {
    var isLost: Bool { if case .connectionLost = self { true } else { false } }
    var isTimedOut: Bool { if case .timedOut = self { true } else { false } }
    var isUnexpected: Bool { if case .unexpected = self { true } else { false } }
}
