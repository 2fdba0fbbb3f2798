import API

extension OpenAPI {
    static func responses(of endpoint: Endpoint) -> JSONNode.Members {
        [("200", success(of: endpoint)), ("304", ["$ref": "#/components/responses/NotModified"])]
            + errors(of: endpoint).map { ("\($0.status)", ["$ref": "#/components/responses/\(responseName($0.status))"]) }
    }

    private static func success(of endpoint: Endpoint) -> JSONNode {
        let (description, fields) =
            switch endpoint.shape {
            case .one: ("The row, as an object.", ["ETag"])
            case .list: ("All rows.", ["ETag"])
            case .page: ("A page of rows, and the cursor of the next.", ["ETag", "Link"])
            }
        let content: JSONNode = [
            "application/json": [
                "schema": ["$ref": "#/components/schemas/\(envelopeName(of: endpoint))"],
                "example": .json(endpoint.documentation.exampleResponse),
            ]
        ]
        let links = links(of: endpoint)
        return .object(
            [("description", .text(description)), ("headers", headers(fields)), ("content", content)]
                + (links.isEmpty ? [] : [("links", .object(links))])
        )
    }

    // MARK: - Errors

    /// The errors of a status.
    struct ErrorStatus {
        let status: Int
        let errors: [ErrorReference]
    }

    /// Those of an endpoint. It has every error but one: where no id is asked for, there is always an answer.
    static func errors(of endpoint: Endpoint) -> [ErrorStatus] { statuses { $0.status != 404 || takesID(endpoint) } }

    private static func statuses(_ isIncluded: (ErrorReference) -> Bool) -> [ErrorStatus] {
        let errors = ErrorReference.all.filter(isIncluded)
        return Set(errors.map(\.status)).sorted().map { status in ErrorStatus(status: status, errors: errors.filter { $0.status == status }) }
    }

    /// What operations have in common.
    static var sharedResponses: JSONNode.Members {
        let notModified: JSONNode = ["description": "What you have is what there is.", "headers": headers(["ETag"])]
        return [("NotModified", notModified)] + statuses { _ in true }.map { (responseName($0.status), response($0)) }
    }

    private static func responseName(_ status: Int) -> String { "Error\(status)" }

    /// The codes stand beside the reference, which OpenAPI 3.1 allows: whoever does not look there has the error's schema all the same.
    private static func response(_ status: ErrorStatus) -> JSONNode {
        let codes = JSONNode.list(status.errors.map { .text($0.code) })
        let schema: JSONNode = [
            "$ref": "#/components/schemas/Error",
            "properties": ["error": ["properties": ["code": ["enum": codes]]]],
        ]
        return [
            "description": .text(status.errors.map { "`\($0.code)`: \($0.summary)" }.joined(separator: "\n\n")),
            "headers": headers(fields(of: status)),
            "content": ["application/json": ["schema": schema, "examples": .object(status.errors.map { ($0.code, ["value": example($0)]) })]],
        ]
    }

    private static func fields(of status: ErrorStatus) -> [String] {
        switch status.status {
        case 401, 403: ["WWW-Authenticate"]
        case 405: ["Allow"]
        case 429, 503: ["Retry-After"]
        default: []
        }
    }

    private static func example(_ error: ErrorReference) -> JSONNode {
        let parameter: JSONNode.Members = error.parameter.map { [("parameter", .text($0))] } ?? []
        return [
            "ok": false,
            "error": .object([("code", .text(error.code)), ("message", .text(error.message))] + parameter + [("docs", "/docs#\(error.code)")]),
            "request_id": "1b7e2f9a6c0d4835a1e6f2b09c7d5e34",
        ]
    }

    // MARK: - The document's own

    /// No token, no parameter and no worker: none of their errors.
    static var documentResponses: JSONNode.Members {
        let content: JSONNode = ["application/json": ["schema": ["type": "object"]]]
        let success: JSONNode = ["description": "An OpenAPI 3.1 document.", "headers": headers(["ETag"]), "content": content]
        let errors = statuses { ![401, 403, 404, 503, 504].contains($0.status) && $0.code != "invalid_parameter" }
        return [("200", success), ("304", ["$ref": "#/components/responses/NotModified"])] + errors.map { ("\($0.status)", response($0)) }
    }
}
