import API

extension OpenAPI {
    /// Where a response leads: the next page, and rows by the ids that it holds.
    static func links(of endpoint: Endpoint) -> JSONNode.Members {
        let byID = Endpoint.all.filter { $0.name != endpoint.name && takesID($0) }.compactMap { other in
            column(of: endpoint, leadingTo: other).map { (key: other.name, value: link(to: other, id: $0, of: endpoint)) }
        }
        guard case .page = endpoint.shape else { return byID }
        let next: JSONNode = [
            "operationId": .text(endpoint.name),
            "parameters": ["cursor": "$response.body#/next_cursor"],
            "description": "The next page, unless `next_cursor` is null. Repeat `from`, `to` and `user_id` where you gave them.",
        ]
        return [("next_page", next)] + byID
    }

    private static func link(to other: Endpoint, id column: String, of endpoint: Endpoint) -> JSONNode {
        let row = if case .one = endpoint.shape { "data" } else { "data/0" }
        return ["operationId": .text(other.name), "parameters": ["id": "$response.body#/\(row)/\(column)"]]
    }

    /// The column that has an id for the other endpoint's path: `id` in the list of the same rows, or the one that is named after them, as `session_id` is.
    private static func column(of endpoint: Endpoint, leadingTo other: Endpoint) -> String? {
        let list = other.path.dropLast("/:id".count)
        if endpoint.path == list { return "id" }
        return endpoint.columns.first { $0.name.hasSuffix("_id") && list.hasSuffix("/\($0.name.dropLast("_id".count))s") }?.name
    }
}
