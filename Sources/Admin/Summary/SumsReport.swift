/// What was looked at, and what was not in order.
public struct SumsReport: Equatable, Sendable {
    /// How many tenants were looked at.
    public internal(set) var tenants = 0
    /// How many sessions these have.
    public internal(set) var sessions = 0
    /// The tenants with a difference, by id. After a rebuild: what was corrected.
    public internal(set) var differences: [SumsDifference] = []
}
