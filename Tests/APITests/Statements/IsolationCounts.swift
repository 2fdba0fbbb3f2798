/// What has been tried, and what came of it.
struct IsolationCounts {
    /// Requests sent.
    var tries = 0
    /// Those of them with a token that is let in.
    var live = 0
    /// Rows looked at.
    var rows = 0
    /// Statements that failed, were cancelled, or ran past their time.
    var errors = 0
    var cancelled = 0
    var outOfTime = 0
    /// Connections lost, and made.
    var lost = 0
    var connections = 0
    /// Values, rows and sums that the caller must not see.
    var foreign = 0
    /// Results with fewer rows than the caller has.
    var incomplete = 0
    /// Callers who were not told apart as they had to be.
    var mistaken = 0
    /// The places of foreign values: statement and column.
    var places: Set<String> = []
}
