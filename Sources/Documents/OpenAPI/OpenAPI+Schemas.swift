import API

extension OpenAPI {
    /// An endpoint's row and what is around it, and the error.
    static var schemas: JSONNode.Members {
        precondition(Set(Endpoint.all.map(\.documentation.rowName)).count == Endpoint.all.count, "two endpoints have rows of the same name")
        return Endpoint.all.flatMap { endpoint -> JSONNode.Members in
            [(endpoint.documentation.rowName, row(of: endpoint)), (envelopeName(of: endpoint), envelope(of: endpoint))]
        } + [("Error", error), ("ErrorDetails", errorDetails)]
    }

    static func envelopeName(of endpoint: Endpoint) -> String {
        switch endpoint.shape {
        case .one: "\(endpoint.documentation.rowName)Response"
        case .list: "\(endpoint.documentation.rowName)List"
        case .page: "\(endpoint.documentation.rowName)Page"
        }
    }

    /// Without `additionalProperties`: v1 may gain keys.
    private static func object(_ properties: JSONNode.Members, required: [String]) -> JSONNode {
        ["type": "object", "required": .list(required.map { .text($0) }), "properties": .object(properties)]
    }

    private static func row(of endpoint: Endpoint) -> JSONNode {
        object(endpoint.columns.map { ($0.name, schema(of: $0)) }, required: endpoint.columns.map(\.name))
    }

    private static func envelope(of endpoint: Endpoint) -> JSONNode {
        let row: JSONNode = ["$ref": "#/components/schemas/\(endpoint.documentation.rowName)"]
        let ok: (key: String, value: JSONNode) = ("ok", ["type": "boolean", "const": true])
        switch endpoint.shape {
        case .one: return object([ok, ("data", row)], required: ["ok", "data"])
        case .list: return object([ok, ("data", ["type": "array", "items": row])], required: ["ok", "data"])
        case .page:
            let cursor: JSONNode = ["type": ["string", "null"], "description": "For the `cursor` of the next page; null on the last."]
            return object([ok, ("data", ["type": "array", "items": row]), ("next_cursor", cursor)], required: ["ok", "data", "next_cursor"])
        }
    }

    private static func schema(of column: Column) -> JSONNode {
        let description = JSONNode.text(column.summary)
        if let schema = column.schema { return described(schema.description, description) }
        // Anything, which is no type.
        guard let (type, format) = type(of: column.kind) else { return ["description": description] }
        let formats: JSONNode.Members = format.map { [("format", .text($0))] } ?? []
        let types: JSONNode = column.isNullable ? [.text(type), "null"] : .text(type)
        return .object([("description", description), ("type", types)] + formats)
    }

    private static func type(of kind: Column.Kind) -> (type: String, format: String?)? {
        switch kind {
        case .uuid: ("string", "uuid")
        case .text: ("string", nil)
        case .dateTime: ("string", "date-time")
        case .integer: ("integer", "int32")
        case .bigint: ("integer", "int64")
        case .json: nil
        }
    }

    /// A schema that is JSON text, with a description before what it has.
    private static func described(_ schema: String, _ description: JSONNode) -> JSONNode {
        let rest = schema.dropFirst()
        return .json(#"{"description":\#(description.text)"# + (rest == "}" ? "" : ",") + rest)
    }

    private static let error: JSONNode = object(
        [
            ("ok", ["type": "boolean", "const": false]),
            ("error", ["$ref": "#/components/schemas/ErrorDetails"]),
            ("request_id", ["description": "As in `X-Request-Id`.", "type": "string"]),
        ],
        required: ["ok", "error", "request_id"]
    )

    /// `code` is any text: a program that is made of this must not fail for a code that it does not know. Each response names those that it has.
    private static let errorDetails: JSONNode = object(
        [
            ("code", ["description": "What to program against.", "type": "string"]),
            ("message", ["description": "For people: what was wrong, and what is wanted.", "type": "string"]),
            ("parameter", ["description": "The parameter at fault; only with `invalid_parameter`.", "type": "string"]),
            ("docs", ["description": "Where the code is explained, relative to this host.", "type": "string", "format": "uri-reference"]),
        ],
        required: ["code", "message", "docs"]
    )
}
