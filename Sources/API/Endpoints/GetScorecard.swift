extension Endpoint {
    /// A list of sessions leads to the scorecards, so a session's id is taken too. The scorecard's own id wins: the branches of a `union all` are run in
    /// their order, and the limit ends that before the second where the first found the row. A `coalesce` of two look-ups in one condition took a tenth
    /// more of the backend's instructions.
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
            where id = $1
            union all
            select id, session_id, overall_score, verdict, headline, categories, callouts, created_at
            from scorecards
            where session_id = $1
            limit 1
            """
    )
}
