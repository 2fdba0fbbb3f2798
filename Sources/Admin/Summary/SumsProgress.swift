/// How far the work on the sums is.
public enum SumsProgress: Equatable, Sendable {
    /// Another rebuild is at work on this database: this one begins when that one has ended.
    case waiting
    /// At work on a tenant, counted from 1.
    case working(percent: Int, tenant: Int, tenants: Int)
}
