extension Endpoint {
    static let getSession = Endpoint(
        "get_session",
        path: "/api/v1/sessions/:id",
        scope: .sessionsRead,
        documentation: Documentation(
            summary: "Fetch a single session, including its full transcript.",
            details: "Returns 404 if the session does not exist or is outside your tenant.",
            exampleCall: "/api/v1/sessions/30000000-0000-0000-0000-000000000001",
            exampleResponse: #"""
                {
                  "ok": true,
                  "data": {
                    "id": "30000000-0000-0000-0000-000000000001",
                    "user_id": "a0000000-0000-0000-0000-000000000002",
                    "scenario_id": "10000000-0000-0000-0000-000000000004",
                    "status": "scored",
                    "started_at": "2026-05-06T17:00:00Z",
                    "ended_at": "2026-05-06T17:07:00Z",
                    "duration_seconds": 420,
                    "created_at": "2026-05-06T17:00:00Z",
                    "scorecard_id": "40000000-0000-0000-0000-000000000001",
                    "transcript": [{ "role": "agent", "message": "Hello?", "time": 0 }]
                  }
                }
                """#,
            rowName: "SessionWithTranscript"
        ),
        shape: .one,
        columns: sessionColumns + [
            .nullable("scorecard_id", .uuid, "Its scorecard, if it has one."),
            Column(
                "transcript",
                .json,
                "What was said, in order; empty if nothing was kept. `time` is in seconds from the beginning.",
                schema:
                    #"{"type":"array","items":{"type":"object","properties":{"role":{"type":"string"},"message":{"type":"string"},"time":{"type":"number"}}}}"#
            ),
        ],
        sql: """
            select s.id, s.user_id, s.scenario_id, s.status, s.started_at, s.ended_at, s.duration_seconds, s.created_at,
                (select c.id from scorecards c where c.session_id = s.id) as scorecard_id,
                coalesce((select t.turns from transcripts t where t.session_id = s.id), '[]') as transcript
            from sessions s
            where s.id = $1
            """
    )
}
