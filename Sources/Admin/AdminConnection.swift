import Postgres
import Waiting

/// Connections for `migrate`, `tenant`, `token` and `summary`.
public enum AdminConnection {
    /// How long making a connection may take: longer than any network between an admin and a database that works.
    public static let connectMilliseconds = 10_000

    /// A connection for an admin's command. It looks for names in `pg_catalog` alone: whoever may create functions in `public`, as the database's owner,
    /// could put one there that fits better than PostgreSQL's own, and have a superuser run it (CVE-2018-1058). Tables are named with their schema.
    ///
    /// - Parameters:
    ///   - setting: `DEBRIEF_ADMIN_DATABASE`; empty is libpq's own environment.
    ///   - milliseconds: how long making it may take.
    public static func open(_ setting: ConnectionSetting, milliseconds: Int = connectMilliseconds) throws(AdminError) -> Connection {
        var connection = try connect(setting, milliseconds: milliseconds)
        _ = try connection.ask("select pg_catalog.set_config('search_path', 'pg_catalog, pg_temp', false)")
        return connection
    }

    private static func connect(_ setting: ConnectionSetting, milliseconds: Int) throws(AdminError) -> Connection {
        do {
            return try Connection(setting.conninfo, applicationName: "debrief-admin", until: .after(milliseconds: milliseconds))
        } catch {
            throw .unreachable(place: setting.place, error)
        }
    }

    /// A connection that acts as `debrief_owner`, for tenants, tokens and sums.
    ///
    /// Row security is forced on their tables, and the admin of a managed server is no superuser: it is the owner's policy that lets an admin's
    /// commands see and write rows.
    static func openAsOwner(_ setting: ConnectionSetting, milliseconds: Int = connectMilliseconds) throws(AdminError) -> Connection {
        var connection = try open(setting, milliseconds: milliseconds)
        _ = try connection.ask("set role debrief_owner")
        return connection
    }
}

extension Connection {
    /// Runs a statement on the owner's tables, and returns its rows as text.
    ///
    /// - Parameter milliseconds: how long it may take. Most are an instant; one that takes 30 s waits for somebody's lock.
    mutating func ask(_ sql: String, _ parameters: [String?] = [], milliseconds: Int = 30_000) throws(AdminError) -> [[String?]] {
        do {
            return try query(sql, parameters, until: .after(milliseconds: milliseconds))
        } catch {
            throw AdminError(error)
        }
    }
}
