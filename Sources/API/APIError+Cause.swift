import Postgres

extension APIError {
    /// What a caller is told of an error that is not his. The only place where SQLSTATEs become answers.
    init(_ error: any Error) {
        self =
            switch error {
            case is Database.Failure: .unavailable
            case PostgresError.connectionLost: .unavailable
            case PostgresError.timedOut: .timeout
            case PostgresError.server(let error) where error.sqlState == "57014": .timeout  // query_canceled, by statement_timeout
            case PostgresError.server(let error) where error.sqlState.hasPrefix("40"): .unavailable  // transaction_rollback, as by a deadlock
            case PostgresError.server(let error) where error.sqlState.hasPrefix("53"): .unavailable  // insufficient_resources
            default: .fault
            }
    }
}
