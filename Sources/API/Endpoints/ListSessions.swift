import JSON
import Postgres

extension Endpoint {
    /// The columns of a session, in the list and alone.
    static let sessionColumns = [
        Column("id", .uuid, "The session's id."),
        Column("user_id", .uuid, "Who practised."),
        Column("scenario_id", .uuid, "What was practised."),
        Column(
            "status",
            .text,
            "`in_progress`, `completed`, `scored` or `failed`.",
            schema: #"{"type":"string","enum":["in_progress","completed","scored","failed"]}"#
        ),
        Column("started_at", .dateTime, "When it began."),
        .nullable("ended_at", .dateTime, "When it ended."),
        .nullable("duration_seconds", .integer, "How long it took."),
        Column("created_at", .dateTime, "When it was recorded."),
    ]

    /// Where the two columns that make a cursor stand among those.
    static let idColumn = 0
    static let startedAtColumn = 4

    static let listSessions = Endpoint(
        "list_sessions",
        path: "/api/v1/sessions",
        scope: .sessionsRead,
        documentation: Documentation(
            summary: "List sessions for the authenticated tenant.",
            details: "Returns sessions in reverse-chronological order, capped at the requested limit. Use `cursor` to paginate.",
            exampleCall: "/api/v1/sessions?limit=1",
            exampleResponse: #"""
                {
                  "ok": true,
                  "data": [
                    {
                      "id": "30000000-0000-0000-0000-000000000001",
                      "user_id": "a0000000-0000-0000-0000-000000000002",
                      "scenario_id": "10000000-0000-0000-0000-000000000004",
                      "status": "scored",
                      "started_at": "2026-05-06T17:00:00Z",
                      "ended_at": "2026-05-06T17:07:00Z",
                      "duration_seconds": 420,
                      "created_at": "2026-05-06T17:00:00Z"
                    }
                  ],
                  "next_cursor": "2026-05-06T17:00:00Z"
                }
                """#,
            rowName: "Session"
        ),
        parameters: [.limit, .from, .to, .userID, .cursor],
        shape: .page,
        columns: sessionColumns,
        statements: [allSessions, sessionsOfUser]
    ) { input, arguments throws(ParameterError) in
        let parameters = input.parameters
        let bound = parameters.upperBound
        arguments.append(bound.before.microseconds)
        arguments.append(bound.id.value)
        arguments.append(parameters.lowerBound.microseconds)
        // One more than asked for tells whether there is a next page, and whether it begins at the same instant.
        arguments.append(Int64(parameters.limit + 1))
        guard let userID = parameters.userID else { return allSessions }
        arguments.append(userID.value)
        return sessionsOfUser
    }

    private static let allSessions = sessionsBefore(name: "list_sessions", filter: "", parameters: [])
    private static let sessionsOfUser = sessionsBefore(name: "list_sessions_of_user", filter: "and user_id = $5", parameters: [.uuid])

    /// Two statements rather than `($5 is null or user_id = $5)`, which no generic plan can serve from an index.
    ///
    /// `to` has no condition of its own: beside the row comparison, the index would be read from the newest row down to the cursor.
    private static func sessionsBefore(name: String, filter: String, parameters: [PostgresType]) -> Statement {
        Statement(
            name: name,
            sql: """
                select id, user_id, scenario_id, status, started_at, ended_at, duration_seconds, created_at
                from sessions
                where (started_at, id) < ($1, $2) and started_at >= $3 \(filter)
                order by started_at desc, id desc
                limit $4
                """,
            parameters: [.timestamptz, .uuid, .timestamptz, .bigint] + parameters,
            columns: sessionColumns.map(\.kind.postgresType)
        )
    }
}
