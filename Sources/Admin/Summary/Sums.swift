import JSON
import Postgres

/// The sums that the summary is made of (migrations/0005 and 0006), held against the rows that they stand for; for as long as this value, which
/// owns a connection, lives.
///
/// Others may write and fold all the while. Each difference is found by one statement, so within one snapshot, in which rows and sums agree whatever
/// is under way. Work that is broken off leaves what was corrected so far, and nothing half done.
public struct Sums: ~Copyable {
    var connection: Connection

    /// Connects.
    ///
    /// - Parameter conninfo: `DEBRIEF_ADMIN_DATABASE`.
    public init(conninfo: ConnectionSetting) throws(AdminError) {
        var connection = try AdminConnection.openAsOwner(conninfo)
        // Limits that the role or the database has are meant for other work than this. Months begin in UTC, and each statement has a snapshot of
        // its own.
        _ = try connection.ask(
            """
            select set_config('statement_timeout', '0', false), set_config('lock_timeout', '0', false), set_config('timezone', 'UTC', false),
                set_config('datestyle', 'ISO', false), set_config('default_transaction_isolation', 'read committed', false)
            """
        )
        self.connection = connection
    }

    /// Compares, and writes nothing.
    ///
    /// - Parameter tenant: whose sums; nil for all.
    public mutating func verify(tenant: UUID? = nil, report: (SumsProgress) -> Void = { _ in }) throws(AdminError) -> SumsReport {
        try walk(tenant, report) { sums, month, difference throws(AdminError) in try sums.compare(month, &difference) }
    }

    /// Compares, and corrects what differs.
    ///
    /// - Parameter tenant: whose sums; nil for all.
    public mutating func rebuild(tenant: UUID? = nil, report: (SumsProgress) -> Void = { _ in }) throws(AdminError) -> SumsReport {
        // Two at once would both find a difference, and both append it.
        if try connection.ask("select pg_try_advisory_lock(\(rebuildKey))") != [["t"]] {
            report(.waiting)
            _ = try connection.ask("select pg_advisory_lock(\(rebuildKey))", milliseconds: waitMilliseconds)
        }
        let done = try walk(tenant, report) { sums, month, difference throws(AdminError) in try sums.correct(month, &difference) }
        _ = try connection.ask("select pg_advisory_unlock(\(rebuildKey))")
        return done
    }

    /// Does something for each month of each tenant in which there are sessions or sums.
    ///
    /// - Parameter work: returns the number of the month's sessions, and adds up what differs.
    private mutating func walk(
        _ tenant: UUID?,
        _ report: (SumsProgress) -> Void,
        _ work: (inout Sums, SumsMonth, inout SumsDifference) throws(AdminError) -> Int
    ) throws(AdminError) -> SumsReport {
        let tenants = try tenants(tenant)
        var done = SumsReport()
        for (index, tenant) in tenants.enumerated() {
            var difference = SumsDifference(tenantID: tenant)
            var month = try firstMonth(of: tenant)
            while let current = month {
                let percent = (index * 100 + current.percent) / tenants.count
                report(.working(percent: percent, tenant: index + 1, tenants: tenants.count))
                done.sessions += try work(&self, current, &difference)
                month = try self.month(after: current)
            }
            if !difference.isEmpty { done.differences.append(difference) }
        }
        done.tenants = tenants.count
        return done
    }

    /// The tenants to look at, by id. One that is gone may have left sums behind.
    private mutating func tenants(_ only: UUID?) throws(AdminError) -> [UUID] {
        let rows = try connection.ask(
            """
            select t.id
            from (
                select id from public.tenants
                union select tenant_id from public.session_days
                union select tenant_id from public.session_hours
                union select tenant_id from public.session_deltas
            ) as t
            where $1::uuid is null or t.id = $1
            order by t.id
            """,
            [only?.description],
            milliseconds: waitMilliseconds
        )
        if let only, rows.isEmpty { throw .unknownTenant(only) }
        var tenants: [UUID] = []
        for row in rows { tenants.append(try uuid(row[0])) }
        return tenants
    }

    private mutating func firstMonth(of tenant: UUID) throws(AdminError) -> SumsMonth? {
        // A session starts in the year 1 at the earliest; a sum that somebody has edited need not.
        try month(of: tenant, from: "4713-01-01 00:00:00+00 BC")
    }

    private mutating func month(after month: SumsMonth) throws(AdminError) -> SumsMonth? { try self.month(of: month.tenantID, from: month.end) }

    /// The next month in which the tenant has sessions or sums, so that years without any cost nothing.
    private mutating func month(of tenant: UUID, from start: String) throws(AdminError) -> SumsMonth? {
        let rows = try connection.ask(
            """
            select m.start, m.start + interval '1 month',
                case when isfinite(e.first) and isfinite(e.last) and e.first < e.last
                    then greatest(0, floor(100 * extract(epoch from m.start - e.first) / extract(epoch from e.last - e.first)))::integer
                    else 0 end
            from (
                select date_trunc('month', least(
                    (select min(started_at) from public.sessions where tenant_id = $1 and started_at >= $2),
                    (select min(hour) from public.session_hours where tenant_id = $1 and hour >= $2),
                    (select min(hour) from public.session_deltas where tenant_id = $1 and hour >= $2),
                    (select min(day) from public.session_days where tenant_id = $1 and day >= $2)
                )) as start
            ) as m, (
                select
                    least(
                        (select min(started_at) from public.sessions where tenant_id = $1),
                        (select min(hour) from public.session_hours where tenant_id = $1)
                    ) as first,
                    greatest(
                        (select max(started_at) from public.sessions where tenant_id = $1),
                        (select max(hour) from public.session_hours where tenant_id = $1)
                    ) as last
            ) as e
            where isfinite(m.start)
            """,
            [tenant.description, start],
            milliseconds: waitMilliseconds
        )
        guard let row = rows.first else { return nil }
        return SumsMonth(tenantID: tenant, start: try text(row[0]), end: try text(row[1]), percent: min(100, try count(row[2])))
    }
}

/// How long a statement may take. A month of a large tenant is millions of rows, and who holds a lock may be loading some.
let waitMilliseconds = 600_000

/// The key of the advisory lock that lets one rebuild at a time into a database: "rebuild" in ASCII.
private let rebuildKey = 0x72_6562_7569_6C64
