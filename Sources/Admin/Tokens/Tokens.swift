import API
import Digest
import JSON
import Postgres

/// The tokens of all tenants, for as long as this value, which owns a connection, lives.
public struct Tokens: ~Copyable {
    private var connection: Connection

    /// Connects.
    ///
    /// - Parameter conninfo: the value of `DEBRIEF_ADMIN_DATABASE`.
    public init(conninfo: String) throws(AdminError) { connection = try AdminConnection.openAsOwner(conninfo) }

    /// Makes a token and stores its hash.
    ///
    /// - Parameters:
    ///   - tenant: whose data it reads.
    ///   - name: what it is for.
    ///   - scopes: what it may read.
    ///   - lifetimeSeconds: how long it is valid, by the database's clock, which is the one that it is compared with; nil for ever.
    public mutating func create(tenant: UUID, name: String, scopes: [Scope], lifetimeSeconds: Int?) throws(AdminError) -> NewToken {
        // getrandom(2) on Linux.
        var generator = SystemRandomNumberGenerator()
        let token = Token(using: &generator)
        let rows: [[String?]]
        do {
            rows = try connection.ask(
                """
                insert into public.api_tokens (tenant_id, name, token_hash, prefix, scopes, expires_at)
                values ($1, $2, decode($3, 'hex'), $4, string_to_array($5, ','), now() + make_interval(secs => $6))
                returning id, \(microseconds(of: "expires_at"))
                """,
                [
                    tenant.description,
                    name,
                    hash(token.text),
                    token.prefix,
                    scopes.map(\.rawValue).joined(separator: ","),
                    lifetimeSeconds.map { "\($0)" },
                ]
            )
        } catch .postgres(let error) where error.sqlState == "23503" {
            // foreign_key_violation, and there is one key
            throw .unknownTenant(tenant)
        }
        return NewToken(token: token, id: try uuid(rows.first?[0]), expiresAt: instant(rows.first?[1]))
    }

    /// All tokens, by tenant and then by age, the revoked and expired ones included.
    public mutating func list() throws(AdminError) -> [TokenRecord] {
        let rows = try connection.ask(
            """
            select id, tenant_id, name, prefix, array_to_string(scopes, ','), \(microseconds(of: "created_at")),
                \(microseconds(of: "expires_at")), \(microseconds(of: "revoked_at"))
            from public.api_tokens
            order by tenant_id, created_at, id
            """
        )
        var tokens: [TokenRecord] = []
        for row in rows {
            tokens.append(
                TokenRecord(
                    id: try uuid(row[0]),
                    tenantID: try uuid(row[1]),
                    name: try text(row[2]),
                    prefix: try text(row[3]),
                    scopes: try text(row[4]).split(separator: ",").map(String.init),
                    createdAt: try moment(row[5]),
                    expiresAt: instant(row[6]),
                    revokedAt: instant(row[7])
                )
            )
        }
        return tokens
    }

    /// Revokes a token, from the next request on. Revoking it again changes nothing.
    public mutating func revoke(_ id: UUID) throws(AdminError) -> Revocation {
        guard let revocation = try revoke(where: "id = $1", id.description) else { throw .unknownToken(id) }
        return revocation
    }

    /// Revokes a token by its text, such as one that was found where it should not be.
    public mutating func revoke(text: String) throws(AdminError) -> Revocation {
        guard Token.isWellFormed(text.utf8.span) else { throw .malformedToken }
        guard let revocation = try revoke(where: "token_hash = decode($1, 'hex')", hash(text)) else { throw .unknownTokenText }
        return revocation
    }

    private mutating func revoke(where condition: String, _ value: String) throws(AdminError) -> Revocation? {
        let revoked = try connection.ask(
            "update public.api_tokens set revoked_at = now() where \(condition) and revoked_at is null returning id, \(microseconds(of: "revoked_at"))",
            [value]
        )
        if let row = revoked.first { return Revocation(id: try uuid(row[0]), revokedAt: try moment(row[1]), wasRevokedBefore: false) }
        // In a statement of its own, so that it sees what another admin revoked while the first one waited.
        let found = try connection.ask("select id, \(microseconds(of: "revoked_at")) from public.api_tokens where \(condition)", [value])
        guard let row = found.first else { return nil }
        return Revocation(id: try uuid(row[0]), revokedAt: try moment(row[1]), wasRevokedBefore: true)
    }

    private func hash(_ text: String) -> String { SHA256(of: text.utf8.span).hexadecimal }
}
