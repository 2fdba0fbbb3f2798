extension Endpoint {
    /// `status` sorts as its words do: active before archived. Names sort by code point, as the column's collation has it.
    static let listScenarios = Endpoint(
        "list_scenarios",
        path: "/api/v1/scenarios",
        scope: .scenariosRead,
        summary: "All scenarios: active ones first, then by name.",
        shape: .list,
        columns: [
            Column("id", .uuid),
            Column("name", .text),
            Column("call_type", .text),
            Column("status", .text),
            Column("created_at", .dateTime),
        ],
        sql: """
            select id, name, call_type, status, created_at
            from scenarios
            order by status, name, id
            """
    )
}
