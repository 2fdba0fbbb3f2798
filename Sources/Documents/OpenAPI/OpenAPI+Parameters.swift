import API

extension OpenAPI {
    /// The id in the path.
    static func pathParameters(of endpoint: Endpoint) -> [JSONNode] {
        guard takesID(endpoint), let id = endpoint.documentation.exampleCall.split(separator: "/").last else { return [] }
        return [
            [
                "name": "id",
                "in": "path",
                "required": true,
                "description": "A UUID, in any letter case. What is none is nobody's id: 404.",
                "schema": ["type": "string", "format": "uuid"],
                "example": .text(String(id)),
            ]
        ]
    }

    /// A parameter of the query.
    static func parameter(_ parameter: Parameter) -> JSONNode {
        let schema = parameter.schema.description
        return [
            "name": .text(parameter.name),
            "in": "query",
            "description": .text(parameter.summary),
            "schema": .json(schema),
            "example": schema.hasPrefix(#"{"type":"integer""#) ? .json(parameter.example) : .text(parameter.example),
        ]
    }

    /// Those that every operation takes.
    static var sharedParameters: [JSONNode] { parameters.map { ["$ref": "#/components/parameters/\($0.key)"] } }

    /// Neither has a pattern: what is not as described is no error, but as if it had not been sent.
    static let parameters: JSONNode.Members = [
        (
            "If-None-Match",
            [
                "name": "If-None-Match",
                "in": "header",
                "description": "The `ETag` of a response that you have, several with commas between, or `*`: 304 where it would be that again.",
                "schema": ["type": "string"],
            ]
        ),
        (
            "X-Request-Id",
            [
                "name": "X-Request-Id",
                "in": "header",
                "description":
                    "An id of yours for this request, 1 to 128 of `A-Za-z0-9._-`; another is replaced. It is in the response and in the logs.",
                "schema": ["type": "string"],
            ]
        ),
    ]
}
