import JSON

/// A month of a tenant's, in UTC: so much is compared by one statement, which gives each of them an end that can be waited for.
struct SumsMonth {
    let tenantID: UUID
    /// Its first moment, as PostgreSQL writes it.
    let start: String
    /// The first moment of the next one.
    let end: String
    /// How much of the time from the tenant's first session to the last lies before it.
    let percent: Int

    /// The parameters `$1` to `$3` of all statements on a month.
    var parameters: [String?] { [tenantID.description, start, end] }
}
