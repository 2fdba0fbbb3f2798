/// A right that a migration needs and that somebody has not.
public struct MissingRight: Equatable, Sendable {
    /// The right, and who needs it: `CREATEROLE for role admin`.
    public let description: String
    /// The statement that gives it, for who may run it: `ALTER ROLE admin CREATEROLE`.
    public let remedy: String
}
