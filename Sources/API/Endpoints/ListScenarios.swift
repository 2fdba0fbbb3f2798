extension Endpoint {
    /// `status` sorts as its words do: active before archived. Names sort by code point, as the column's collation has it.
    static let listScenarios = Endpoint(
        "list_scenarios",
        path: "/api/v1/scenarios",
        scope: .scenariosRead,
        documentation: Documentation(
            summary: "List scenarios for the tenant.",
            details: "Active scenarios first, then by name; archived scenarios included for back-references. All of them at once.",
            exampleCall: "/api/v1/scenarios",
            exampleResponse: #"""
                {
                  "ok": true,
                  "data": [
                    {
                      "id": "10000000-0000-0000-0000-000000000004",
                      "name": "Cold Call — FSBO Seller",
                      "call_type": "cold_call",
                      "status": "active",
                      "created_at": "2026-01-14T15:30:00Z"
                    }
                  ]
                }
                """#,
            rowName: "Scenario"
        ),
        shape: .list,
        columns: [
            Column("id", .uuid, "The scenario's id."),
            Column("name", .text, "What people call it."),
            Column("call_type", .text, "The kind of call, such as `cold_call`."),
            Column("status", .text, "`active` or `archived`.", schema: #"{"type":"string","enum":["active","archived"]}"#),
            Column("created_at", .dateTime, "When it was made."),
        ],
        sql: """
            select id, name, call_type, status, created_at
            from scenarios
            order by status, name, id
            """
    )
}
