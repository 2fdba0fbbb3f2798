import JSON
import Postgres

extension Endpoint {
    static let summarize = Endpoint(
        "summarize",
        path: "/api/v1/analytics/summary",
        scope: .analyticsRead,
        documentation: Documentation(
            summary: "Aggregate KPI summary for the period.",
            details: "Total sessions, scored count, average score, and unique active reps.",
            exampleCall: "/api/v1/analytics/summary?from=2026-04-06T17:00:00Z&to=2026-05-06T17:00:00Z",
            exampleResponse: #"""
                {
                  "ok": true,
                  "data": {
                    "from": "2026-04-06T17:00:00Z",
                    "to": "2026-05-06T17:00:00Z",
                    "sessions": 132,
                    "scored": 128,
                    "avg_score": 78,
                    "unique_reps": 12
                  }
                }
                """#,
            rowName: "Summary"
        ),
        parameters: [.periodFrom, .periodTo],
        shape: .one,
        columns: periodColumns,
        statements: [period]
    ) { input, arguments throws(ParameterError) in
        let period = try input.parameters.period(now: input.now)
        let bounds = SummaryBounds(period)
        arguments.append(period.from.microseconds)
        arguments.append(period.to.microseconds)
        arguments.append(bounds.hours.lowerBound)
        arguments.append(bounds.days.lowerBound)
        arguments.append(bounds.days.upperBound)
        arguments.append(bounds.hours.upperBound)
        return Self.period
    }

    private static let periodColumns = [
        Column("from", .dateTime, "The first moment of the period, as applied."),
        Column("to", .dateTime, "The last moment of the period, as applied."),
        Column("sessions", .bigint, "How many sessions began in it."),
        Column("scored", .bigint, "How many of them are scored."),
        .nullable("avg_score", .bigint, "The average of their scorecards, half rounded up; null if there are none."),
        Column("unique_reps", .bigint, "How many users had a session in it, of any status."),
    ]

    /// Whole hours and days come from the sums that triggers keep (migrations/0006), the two edges of the period from the sessions themselves, so what
    /// it costs depends on the period's length and the number of users, not on the number of sessions. Hours and deltas add up to the sessions of the
    /// same snapshot, whichever that is.
    ///
    /// The sessions stand first: a TRUNCATE locks them before it locks the sums, and whoever locked the sums first could wait for it in a circle.
    ///
    /// Rounded half up in whole numbers: (2·sum + n) / 2n. A sum of `bigint` is `numeric`, hence the casts.
    private static let period = Statement(
        name: "summarize",
        sql: """
            select $1 as "from", $2 as "to", s.sessions, s.scored, (2 * s.score_sum + s.cards) / nullif(2 * s.cards, 0) as avg_score, s.unique_reps
            from (
                select (a.sessions + z.sessions + h.sessions + i.sessions + d.sessions + n.sessions)::bigint as sessions,
                    (a.scored + z.scored + h.scored + i.scored + d.scored + n.scored)::bigint as scored,
                    (a.cards + z.cards + h.cards + i.cards + d.cards + n.cards)::bigint as cards,
                    (a.score_sum + z.score_sum + h.score_sum + i.score_sum + d.score_sum + n.score_sum)::bigint as score_sum,
                    r.unique_reps
                from (\(rows("started_at >= $1 and started_at < $3"))) a,
                    (\(rows("started_at >= $6 and started_at <= $2"))) z,
                    (\(sums("session_hours", "hour >= $3 and hour < $4"))) h,
                    (\(sums("session_hours", "hour >= $5 and hour < $6"))) i,
                    (\(sums("session_days", "day >= $4 and day < $5"))) d,
                    (\(sums("session_deltas", "hour >= $3 and hour < $6"))) n,
                    (\(users)) r
            ) s
            """,
        parameters: Array(repeating: .timestamptz, count: 6),
        columns: periodColumns.map(\.kind.postgresType)
    )

    /// The sums over the sessions themselves.
    private static func rows(_ condition: String) -> String {
        """
        select count(*) as sessions, coalesce(sum(case when status = 'scored' then 1 else 0 end), 0) as scored,
            coalesce(sum(case when status = 'scored' and score is not null then 1 else 0 end), 0) as cards,
            coalesce(sum(case when status = 'scored' then score else 0 end), 0) as score_sum
        from sessions
        where \(condition)
        """
    }

    /// The sums over kept sums.
    private static func sums(_ table: String, _ condition: String) -> String {
        """
        select coalesce(sum(sessions), 0) as sessions, coalesce(sum(scored), 0) as scored, coalesce(sum(cards), 0) as cards,
            coalesce(sum(score_sum), 0) as score_sum
        from \(table)
        where \(condition)
        """
    }

    /// One index probe a user, which the limits hold the planner to: a join of users and sessions would read the period's sessions. None where the
    /// period has no session at all.
    ///
    /// A probe reads all that fits of the leaf page it comes to. So where the period's last day with sessions has many, each user is looked for in
    /// that day first, where he has few: over 5 million sessions that takes a quarter to a third off. Elsewhere that probe has null for a bound, and
    /// reads nothing.
    private static let users = """
        select count(*) as unique_reps
        from users
        where (select true from sessions where started_at >= $1 and started_at <= $2 limit 1)
            and coalesce(
                (select true from sessions where user_id = users.id and started_at >= \(busyDay) and started_at <= $2 limit 1),
                (select true from sessions where user_id = users.id and started_at >= $1 and started_at <= $2 limit 1))
        """

    private static let busyDay = """
        (select case when sessions >= 1000 then greatest(day, $1) end from session_days where day <= $2 order by day desc limit 1)
        """
}
