import API
import JSON

/// A token as the database knows it: everything but the token, which was shown once, and its hash, which is nobody's business.
public struct TokenRecord: Equatable, Sendable {
    /// What it is revoked by.
    public let id: UUID
    /// Whose data it reads.
    public let tenantID: UUID
    /// What it is for, in the words of whoever made it; not unique.
    public let name: String
    /// The token's first characters, to tell which one a program uses.
    public let prefix: String
    /// What it may read, as the database has it.
    public let scopes: [String]
    /// When it was created.
    public let createdAt: Instant
    /// The first moment at which it is no longer valid; nil where it never expires.
    public let expiresAt: Instant?
    /// When it was revoked; nil where it was not.
    public let revokedAt: Instant?
    /// What a caller who sends it now is told.
    public let state: TokenState
}

extension TokenRecord {
    /// The columns that ``init(row:)`` reads, of `api_tokens`. What is expired, the database's clock says: it is the one that callers are judged by.
    static let columns = """
        id, tenant_id, name, prefix, array_to_string(scopes, ','), \(microseconds(of: "created_at")), \(microseconds(of: "expires_at")),
            \(microseconds(of: "revoked_at")), case when revoked_at is not null then 'revoked' when expires_at <= now() then 'expired'
            when \(expiresSoon) then 'expires_soon' else 'live' end
        """

    /// The condition of a token that is live, but not for long.
    static let expiresSoon = """
        revoked_at is null and expires_at > now() and expires_at <= now() + make_interval(days => \(TokenState.daysOfWarning))
        """

    init(row: [String?]) throws(AdminError) {
        guard row.count == 9, let state = TokenState(rawValue: try text(row[8])) else { throw .postgres(.unexpected("a token of other columns")) }
        self.init(
            id: try uuid(row[0]),
            tenantID: try uuid(row[1]),
            name: try text(row[2]),
            prefix: try text(row[3]),
            scopes: try text(row[4]).split(separator: ",").map(String.init),
            createdAt: try moment(row[5]),
            expiresAt: instant(row[6]),
            revokedAt: instant(row[7]),
            state: state
        )
    }
}

/// Whether a token is accepted. The raw value is the word in JSON.
public enum TokenState: String, Sendable {
    /// It is, and will be for a while.
    case live
    /// It is, for no longer than ``daysOfWarning``: time to rotate it.
    case expiresSoon = "expires_soon"
    /// Not any more: its time is over.
    case expired
    /// Not any more: somebody has said so, whenever it would have expired.
    case revoked

    /// How many days before its end a token's holder is warned.
    public static let daysOfWarning = 14

    /// Whether a caller who sends it now is let in.
    public var isAccepted: Bool { self == .live || self == .expiresSoon }
}

/// A token that was created a moment ago.
public struct NewToken: Sendable {
    /// The token, to be shown once: it cannot be had again.
    public let token: Token
    /// What it is revoked by.
    public let id: UUID
    /// The first moment at which it is no longer valid; nil where it never expires.
    public let expiresAt: Instant?
}

/// A token that takes another's place.
public struct Rotation: Sendable {
    /// The new one: of the same tenant, name and scopes.
    public let new: NewToken
    /// The first moment at which the old one is no longer valid. Not in the future where there is no overlap.
    public let oldExpiresAt: Instant
}

/// What revoking a token found.
public struct Revocation: Equatable, Sendable {
    /// The token's id.
    public let id: UUID
    /// When it was revoked: now, or earlier.
    public let revokedAt: Instant
    /// Whether that was earlier; then nothing was changed.
    public let wasRevokedBefore: Bool
}
