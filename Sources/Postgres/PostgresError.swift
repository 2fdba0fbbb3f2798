/// What can go wrong between us and PostgreSQL, by what can be done about it.
public enum PostgresError: Error, Sendable {
    /// No connection could be made, or the one there was is gone. Nothing more can be asked of it; a new one may succeed.
    case connectionLost(reason: String)
    /// The deadline passed while we waited, or whoever it was for has left. The connection is in an unknown state and must be dropped.
    case timedOut
    /// PostgreSQL answered with an error. The connection is good once the answers have been read to their end.
    case server(ServerError)
    /// The file that holds the password cannot be used: its path, and why. It is for an admin to mend.
    case passwordFile(String)
    /// The server's answer is not what the code was written for: a statement returns other columns, a result of another kind.
    case unexpected(String)

    /// An error as PostgreSQL reports it.
    public struct ServerError: Sendable {
        /// The five characters of the error's code, <https://www.postgresql.org/docs/15/errcodes-appendix.html>.
        public let sqlState: String
        /// The primary message. It can quote values (`invalid input syntax for type uuid: "…"`), so it is for an admin's terminal, not for logs.
        public let message: String
    }

    /// The error's code where PostgreSQL answered with one.
    public var sqlState: String? {
        guard case .server(let error) = self else { return nil }
        return error.sqlState
    }
}

extension PostgresError: CustomStringConvertible {
    /// For logs: never a value, never the text of a statement. An admin's command prints ``detail`` instead.
    public var description: String {
        switch self {
        case .connectionLost(let reason): "no connection to PostgreSQL: \(reason)"
        case .timedOut: "PostgreSQL did not answer in time"
        case .server(let error): "PostgreSQL answered with SQLSTATE \(error.sqlState)"
        case .passwordFile(let fault): "the password file \(fault)"
        case .unexpected(let what): "unexpected answer of PostgreSQL: \(what)"
        }
    }

    /// For the terminal of whoever typed the command: what ``description`` says, and PostgreSQL's own message.
    public var detail: String {
        guard case .server(let error) = self else { return description }
        return "\(error.message) (SQLSTATE \(error.sqlState))"
    }
}
