import JSON
import Postgres

/// An organisation whose data are kept apart from all others'.
public struct Tenant: Equatable, Sendable {
    /// What tokens and rows refer to.
    public let id: UUID
    /// What people call it; not unique.
    public let name: String
    /// When it was created.
    public let createdAt: Instant
}

/// The tenants of a database, for as long as this value, which owns a connection, lives.
public struct Tenants: ~Copyable {
    private var connection: Connection

    /// Connects.
    ///
    /// - Parameter conninfo: `DEBRIEF_ADMIN_DATABASE`.
    public init(conninfo: ConnectionSetting) throws(AdminError) { connection = try AdminConnection.openAsOwner(conninfo) }

    /// Creates a tenant.
    ///
    /// - Returns: its id, which the database makes.
    public mutating func create(name: String) throws(AdminError) -> UUID {
        let rows = try connection.ask("insert into public.tenants (name) values ($1) returning id", [name])
        return try uuid(rows.first?.first)
    }

    /// All tenants, by name and then by id.
    public mutating func list() throws(AdminError) -> [Tenant] {
        let rows = try connection.ask("select id, name, \(microseconds(of: "created_at")) from public.tenants order by name, id")
        var tenants: [Tenant] = []
        for row in rows {
            tenants.append(Tenant(id: try uuid(row[0]), name: try text(row[1]), createdAt: try moment(row[2])))
        }
        return tenants
    }
}
