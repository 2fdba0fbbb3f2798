extension Endpoint {
    static let getSession = Endpoint(
        "get_session",
        path: "/api/v1/sessions/:id",
        scope: .sessionsRead,
        summary: "One session with its transcript.",
        shape: .one,
        columns: sessionColumns + [.nullable("scorecard_id", .uuid), Column("transcript", .json)],
        sql: """
            select s.id, s.user_id, s.scenario_id, s.status, s.started_at, s.ended_at, s.duration_seconds, s.created_at,
                (select c.id from scorecards c where c.session_id = s.id) as scorecard_id,
                coalesce((select t.turns from transcripts t where t.session_id = s.id), '[]') as transcript
            from sessions s
            where s.id = $1
            """
    )
}
