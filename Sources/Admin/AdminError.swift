import JSON
import Postgres

/// Why an admin's command cannot be done. Each description is one line for the terminal of whoever typed the command.
public enum AdminError: Error {
    /// PostgreSQL cannot be reached in the way that a connection string says, or lets nobody in that way: where the string stands, and why.
    case unreachable(place: String, PostgresError)
    /// The database has no role `debrief_owner` or none of its tables.
    case notMigrated
    /// No tenant has this id.
    case unknownTenant(UUID)
    /// No token has this id.
    case unknownToken(UUID)
    /// The token with this id is expired or revoked, and the command is for live ones.
    case notLive(UUID, TokenState)
    /// The text has not the form of a token: something is missing, or was mistyped.
    case malformedToken
    /// The text has the form of a token, but this database never had it.
    case unknownTokenText
    /// PostgreSQL answered with an error, or not at all.
    case postgres(PostgresError)

    /// The error of a statement on the tables of tenants and tokens, which tells by its code where they are not there yet.
    init(_ error: PostgresError) {
        switch error.sqlState {
        // undefined_table, and what `set role` says to a name that is no role.
        case "42P01", "22023": self = .notMigrated
        default: self = .postgres(error)
        }
    }
}

extension AdminError: CustomStringConvertible {
    /// One line, without an end and without a secret.
    public var description: String {
        switch self {
        case .unreachable(let place, .connectionLost(let reason)):
            "cannot reach the database of \(place): \(reason); \(PostgresError.connectionLost(reason: reason).advice(Self.setting))"
        case .unreachable(let place, let error): "cannot reach the database of \(place): \(error.detail); \(error.advice(Self.setting))"
        case .notMigrated: "the database is not migrated; run: debrief migrate up, or mend dbname in \(Self.setting)"
        case .unknownTenant(let id): "there is no tenant \(id); debrief tenant list shows them"
        case .unknownToken(let id): "there is no token \(id); debrief token list shows them"
        case .notLive(let id, let state): "token \(id) is \(state.rawValue), and only a live one can be rotated; make a new one: debrief token create"
        case .malformedToken: "that is no token; one is debrief_ and 46 letters and digits, the last six a checksum: pass the whole of it"
        case .unknownTokenText: "this database has no such token; see whether \(Self.setting) names the one that it was made in"
        case .postgres(.connectionLost(let reason)):
            "the connection to the database was lost: \(reason); \(PostgresError.connectionLost(reason: reason).advice(Self.setting))"
        // A statement on these tables takes an instant, unless it waits for somebody.
        case .postgres(.timedOut): "PostgreSQL did not answer in time; somebody may hold a lock: pg_stat_activity tells"
        case .postgres(let error): "\(error.detail); \(error.advice(Self.setting))"
        }
    }

    /// The one that admins' commands connect by.
    private static let setting = "DEBRIEF_ADMIN_DATABASE"
}
