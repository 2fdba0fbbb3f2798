import API

extension OpenAPI {
    /// The fields of responses; which of them come with which response is for ``headers(_:)``.
    static let headers: JSONNode.Members = [
        header("X-Request-Id", "Yours where you sent one, else one of ours.", isRequired: true),
        header("Cache-Control", "A copy may be kept where it says so, and has to be asked for again by `If-None-Match`.", isRequired: true),
        header("Vary", "Which fields of the request the response depends on.", isRequired: true),
        header("ETag", "For `If-None-Match`. A body of more than 64 kB has none; one that was compressed has `W/` before it."),
        header("Link", #"The next page, relative to this one: `<…>; rel="next"` (RFC 8288). The last page has none."#),
        header(
            "WWW-Authenticate",
            #"`Bearer realm="debrief"`, and where a token was sent `error`; for one that lacks the scope, `scope` names it (RFC 6750)."#,
            isRequired: true
        ),
        header("Allow", "`GET, HEAD`.", isRequired: true),
        ("Retry-After", ["description": "Seconds.", "required": true, "schema": ["type": "integer", "minimum": 1]]),
    ]

    private static func header(_ name: String, _ description: String, isRequired: Bool = false) -> (key: String, value: JSONNode) {
        let required: JSONNode.Members = isRequired ? [("required", true)] : []
        return (name, .object([("description", .text(description))] + required + [("schema", ["type": "string"])]))
    }

    /// The fields of one response: those that all have, and more.
    static func headers(_ more: [String]) -> JSONNode {
        .object((["X-Request-Id", "Cache-Control", "Vary"] + more).map { ($0, ["$ref": "#/components/headers/\($0)"]) })
    }
}
