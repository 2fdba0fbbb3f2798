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

/// What revoking a token found.
public struct Revocation: Equatable, Sendable {
    /// The token's id.
    public let id: UUID
    /// When it was revoked: now, or earlier.
    public let revokedAt: Instant
    /// Whether that was earlier; then nothing was changed.
    public let wasRevokedBefore: Bool
}
