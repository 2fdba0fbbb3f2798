import Postgres
import Waiting

extension Connection {
    /// The SQLSTATE that a script is refused with; nil where it is not.
    mutating func refusal(of script: String) throws -> String? {
        do {
            try execute(script: script, until: .after(milliseconds: 60_000))
            return nil
        } catch .server(let error) {
            return error.sqlState
        }
    }
}
