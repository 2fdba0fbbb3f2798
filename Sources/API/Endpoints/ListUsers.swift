extension Endpoint {
    /// The email is not among the columns, and the workers' role has no right to it. One index probe a user finds the last session.
    static let listUsers = Endpoint(
        "list_users",
        path: "/api/v1/users",
        scope: .usersRead,
        summary: "All users with the start of their last session, by name.",
        shape: .list,
        columns: [
            Column("id", .uuid),
            Column("full_name", .text),
            Column("role", .text),
            .nullable("last_session_at", .dateTime),
        ],
        sql: """
            select id, full_name, role,
                (select started_at from sessions where user_id = users.id order by started_at desc, id desc limit 1) as last_session_at
            from users
            order by full_name, id
            """
    )
}
