extension Endpoint {
    /// A list of sessions leads to the scorecards, so a session's id is taken too. The scorecard's own id wins: the branches of a `union all` are run in
    /// their order, and the limit ends that before the second where the first found the row. A `coalesce` of two look-ups in one condition took a tenth
    /// more of the backend's instructions.
    static let getScorecard = Endpoint(
        "get_scorecard",
        path: "/api/v1/scorecards/:id",
        scope: .scorecardsRead,
        documentation: Documentation(
            summary: "Fetch a single scorecard.",
            details: """
                Includes overall score, headline, category breakdown, and coach-friendly callouts. `:id` is the scorecard's id or that of its session, so \
                that a list of sessions leads to the scorecards. Returns 404 if there is none, or none in your tenant.
                """,
            exampleCall: "/api/v1/scorecards/40000000-0000-0000-0000-000000000001",
            exampleResponse: #"""
                {
                  "ok": true,
                  "data": {
                    "id": "40000000-0000-0000-0000-000000000001",
                    "session_id": "30000000-0000-0000-0000-000000000001",
                    "overall_score": 87,
                    "verdict": "crushed_it",
                    "headline": "You earned the right to ask for the math by reframing his anger as data.",
                    "categories": [
                      { "name": "Opening", "score": 84, "summary": "Named the other calls before he could, and asked about them instead of the listing." }
                    ],
                    "callouts": [
                      { "kind": "strength", "time": 46, "quote": "Twenty calls in nine days is data.", "text": "His anger became evidence about the market. From here on he explained instead of defending." }
                    ],
                    "created_at": "2026-05-06T17:08:30Z"
                  }
                }
                """#,
            rowName: "Scorecard"
        ),
        shape: .one,
        columns: [
            Column("id", .uuid, "The scorecard's id."),
            Column("session_id", .uuid, "The session that it judges."),
            Column("overall_score", .integer, "From 0 to 100.", schema: #"{"type":"integer","minimum":0,"maximum":100}"#),
            Column("verdict", .text, "The score in a word, such as `crushed_it`."),
            Column("headline", .text, "The scorecard in a sentence."),
            Column("categories", .json, "The breakdown: JSON as the platform wrote it.", schema: "{}"),
            Column("callouts", .json, "Moments worth talking about: JSON as the platform wrote it.", schema: "{}"),
            Column("created_at", .dateTime, "When it was written."),
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
