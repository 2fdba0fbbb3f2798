import JSON

/// What of a tenant's sums is not, or was not, as its rows have it.
public struct SumsDifference: Equatable, Sendable {
    /// Whose sums they are.
    public let tenantID: UUID
    /// Hours whose sums, deltas included, are not those of the sessions that started in them.
    public internal(set) var hours = 0
    /// Days whose sums are not those of their hours.
    public internal(set) var days = 0
    /// Sessions whose score is not their scorecard's.
    public internal(set) var scores = 0

    init(tenantID: UUID) { self.tenantID = tenantID }

    /// Whether there is any.
    public var isEmpty: Bool { hours == 0 && days == 0 && scores == 0 }
}
