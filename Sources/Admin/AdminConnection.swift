import Postgres
import Waiting

/// Connections for `migrate`, `tenant` and `token`.
public enum AdminConnection {
    /// How long making a connection may take: longer than any network between an admin and a database that works.
    private static let connectMilliseconds = 10_000

    /// A connection for an admin's command.
    ///
    /// - Parameter conninfo: the value of `DEBRIEF_ADMIN_DATABASE`; empty is libpq's own environment.
    public static func open(_ conninfo: String) throws(AdminError) -> Connection {
        do throws(PostgresError) {
            return try Connection(conninfo, applicationName: "debrief-admin", until: .after(milliseconds: connectMilliseconds))
        } catch {
            guard let reason = error.reasonWithoutSecrets else { throw .unusableConnectionString }
            throw .unreachable(reason: reason)
        }
    }

    /// A connection that acts as `debrief_owner`, for tenants and tokens.
    ///
    /// Row security is forced on their tables, and the admin of a managed server is no superuser: it is the owner's policy that lets an admin's
    /// commands see and write rows.
    static func openAsOwner(_ conninfo: String) throws(AdminError) -> Connection {
        var connection = try open(conninfo)
        _ = try connection.ask("set role debrief_owner")
        return connection
    }
}

extension PostgresError {
    /// Why a connection could not be made; nil where it is libpq that could not read the connection string, for then it quotes pieces of it: of
    /// `password=two words`, that `words` lacks an equals sign. Of a server that it tried to reach it says where that is and what it answered.
    public var reasonWithoutSecrets: String? {
        guard case .connectionLost(let reason) = self else { return detail }
        return reason.hasPrefix("connection to server ") || reason.hasPrefix("could not translate host name ") ? reason : nil
    }
}

extension Connection {
    /// Runs a statement on the tables of tenants and tokens, and returns its rows as text. Each is an instant; one that takes 30 s waits for somebody's
    /// lock.
    mutating func ask(_ sql: String, _ parameters: [String?] = []) throws(AdminError) -> [[String?]] {
        do {
            return try query(sql, parameters, until: .after(milliseconds: 30_000))
        } catch {
            throw AdminError(error)
        }
    }
}
