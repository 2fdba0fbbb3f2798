import API
import Digest
import JSON
import Postgres

/// The tokens of all tenants, for as long as this value, which owns a connection, lives.
public struct Tokens: ~Copyable {
    private var connection: Connection

    /// Connects.
    ///
    /// - Parameters:
    ///   - conninfo: `DEBRIEF_ADMIN_DATABASE`.
    ///   - milliseconds: how long that may take.
    public init(conninfo: ConnectionSetting, milliseconds: Int = AdminConnection.connectMilliseconds) throws(AdminError) {
        connection = try AdminConnection.openAsOwner(conninfo, milliseconds: milliseconds)
    }

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
        try records(of: "true", order: "tenant_id, created_at, id")
    }

    /// The tokens that are live and expire within ``TokenState/daysOfWarning`` days, the next one first.
    public mutating func expiringSoon() throws(AdminError) -> [TokenRecord] {
        try records(of: TokenRecord.expiresSoon, order: "expires_at, id")
    }

    /// What the database knows of a token, by its text.
    public mutating func inspect(text: String) throws(AdminError) -> TokenRecord {
        guard Token.isWellFormed(text.utf8.span) else { throw .malformedToken }
        let found = try records(of: "token_hash = decode($1, 'hex')", order: "id", [hash(text)])
        guard let record = found.first else { throw .unknownTokenText }
        return record
    }

    private mutating func records(of condition: String, order: String, _ values: [String?] = []) throws(AdminError) -> [TokenRecord] {
        let rows = try connection.ask("select \(TokenRecord.columns) from public.api_tokens where \(condition) order by \(order)", values)
        var records: [TokenRecord] = []
        for row in rows { records.append(try TokenRecord(row: row)) }
        return records
    }

    /// Makes a token with the tenant, the name and the scopes of another, which stays valid for a while, so that whoever uses it can change over. All
    /// of it happens, or nothing.
    ///
    /// - Parameters:
    ///   - id: the old one, which has to be live: to rotate what was revoked would bring it back.
    ///   - overlapSeconds: how long the old one is valid from now on, unless it would have expired before; 0 for not any more.
    ///   - lifetimeSeconds: how long the new one is; nil for ever.
    public mutating func rotate(_ id: UUID, overlapSeconds: Int, lifetimeSeconds: Int?) throws(AdminError) -> Rotation {
        var generator = SystemRandomNumberGenerator()
        let token = Token(using: &generator)
        // `least` passes over a null, which is a token that never expires.
        let rows = try connection.ask(
            """
            with old as (
                update public.api_tokens set expires_at = least(expires_at, now() + make_interval(secs => $2))
                where id = $1 and revoked_at is null and (expires_at is null or expires_at > now())
                returning *
            )
            insert into public.api_tokens (tenant_id, name, token_hash, prefix, scopes, expires_at)
            select tenant_id, name, decode($3, 'hex'), $4, scopes, now() + make_interval(secs => $5) from old
            returning id, \(microseconds(of: "expires_at")), (select \(microseconds(of: "expires_at")) from old)
            """,
            [id.description, "\(overlapSeconds)", hash(token.text), token.prefix, lifetimeSeconds.map { "\($0)" }]
        )
        guard let row = rows.first else {
            guard let old = try records(of: "id = $1", order: "id", [id.description]).first else { throw .unknownToken(id) }
            throw .notLive(id, old.state)
        }
        return Rotation(
            new: NewToken(token: token, id: try uuid(row[0]), expiresAt: instant(row[1])),
            oldExpiresAt: try moment(row[2])
        )
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
