import JSON
import Postgres

extension Endpoint {
    static let summarize = Endpoint(
        "summarize",
        path: "/api/v1/analytics/summary",
        scope: .analyticsRead,
        summary: "Sessions, scored sessions, average score and active reps of a period.",
        parameters: [.periodFrom, .periodTo],
        shape: .one,
        columns: periodColumns,
        statements: [period]
    ) { input, arguments throws(ParameterError) in
        let period = try input.parameters.period(now: input.now)
        arguments.append(period.from.microseconds)
        arguments.append(period.to.microseconds)
        return Self.period
    }

    private static let periodColumns = [
        Column("from", .dateTime),
        Column("to", .dateTime),
        Column("sessions", .bigint),
        Column("scored", .bigint),
        .nullable("avg_score", .bigint),
        Column("unique_reps", .bigint),
    ]

    /// Rounded half up in whole numbers: (2·sum + n) / 2n. The sum of an `integer` column is a `bigint`; a sum of those would be `numeric`.
    private static let period = Statement(
        name: "summarize",
        sql: """
            select $1 as "from", $2 as "to", count(*) as sessions, count(*) filter (where s.status = 'scored') as scored,
                (2 * sum(c.overall_score) + count(c.overall_score)) / nullif(2 * count(c.overall_score), 0) as avg_score,
                count(distinct s.user_id) as unique_reps
            from sessions s
            left join scorecards c on c.session_id = s.id and s.status = 'scored'
            where s.started_at between $1 and $2
            """,
        parameters: [.timestamptz, .timestamptz],
        columns: periodColumns.map(\.kind.postgresType)
    )
}
