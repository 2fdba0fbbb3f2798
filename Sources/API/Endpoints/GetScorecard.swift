extension Endpoint {
    /// A list of sessions leads to the scorecards, so a session's id is taken too. The scorecard's own id wins: the second look-up is made only where
    /// the first found nothing. `coalesce` is not leakproof: without the `select` around it, row security would keep it from the index.
    static let getScorecard = Endpoint(
        "get_scorecard",
        path: "/api/v1/scorecards/:id",
        scope: .scorecardsRead,
        summary: "One scorecard, by its id or by the id of its session.",
        shape: .one,
        columns: [
            Column("id", .uuid),
            Column("session_id", .uuid),
            Column("overall_score", .integer),
            Column("verdict", .text),
            Column("headline", .text),
            Column("categories", .json),
            Column("callouts", .json),
            Column("created_at", .dateTime),
        ],
        sql: """
            select id, session_id, overall_score, verdict, headline, categories, callouts, created_at
            from scorecards
            where id = (select coalesce(
                (select id from scorecards where id = $1),
                (select id from scorecards where session_id = $1)))
            """
    )
}
