import API

extension OpenAPI {
    /// In the table's paths, what stands for a row's id, and its parameter here.
    private static let idSegment = "/:id"

    static func takesID(_ endpoint: Endpoint) -> Bool { endpoint.path.hasSuffix(idSegment) }

    /// The path, as a template.
    static func path(of endpoint: Endpoint) -> String {
        takesID(endpoint) ? endpoint.path.dropLast(idSegment.count) + "/{id}" : endpoint.path
    }

    /// What a page of documentation puts together: what one scope reads, which begins with the word for it.
    static func tag(of endpoint: Endpoint) -> String { String(endpoint.scope.rawValue.prefix { $0 != ":" }) }

    static func operation(of endpoint: Endpoint) -> JSONNode {
        let documentation = endpoint.documentation
        let scope = JSONNode.text(endpoint.scope.rawValue)
        return [
            "operationId": .text(endpoint.name),
            "tags": [.text(tag(of: endpoint))],
            "summary": .text(documentation.summary),
            "description": "\(documentation.details)\n\nThe token needs the scope `\(endpoint.scope.rawValue)`.",
            // Of a scheme that is not OAuth's, these are roles (OpenAPI 3.1, security requirement object).
            "security": [["bearer": [scope]]],
            "parameters": .list(pathParameters(of: endpoint) + endpoint.parameters.map(parameter) + sharedParameters),
            "responses": .object(responses(of: endpoint)),
        ]
    }
}

// MARK: - The document's own

extension OpenAPI {
    static let documentPath = "/api/v1/openapi.json"
    static let documentTag = "openapi"

    static var documentOperation: JSONNode {
        [
            "operationId": "get_openapi",
            "tags": [.text(documentTag)],
            "summary": "This document.",
            "description": "The same bytes as `debrief openapi` prints. No token is needed.",
            "security": [],
            "parameters": .list(sharedParameters),
            "responses": .object(documentResponses),
        ]
    }
}
