import Support
import Testing

/// What is on every response, whoever made it: each field once, with its value.
func expectCommonFields(
    _ response: Client.Response,
    requestID: String? = nil,
    _ comment: Comment? = nil,
    sourceLocation: SourceLocation = #_sourceLocation
) {
    let wanted = [
        ("content-type", "application/json"), ("cache-control", "private, no-cache"), ("vary", "Authorization, Accept-Encoding"),
        ("x-content-type-options", "nosniff"),
    ]
    for (name, value) in wanted {
        let values = response.fields.filter { $0.name.lowercased() == name }.map(\.value)
        #expect(values == [value], "\(name) \(comment?.rawValue ?? "")", sourceLocation: sourceLocation)
    }
    let ids = response.fields.filter { $0.name.lowercased() == "x-request-id" }.map(\.value)
    #expect(ids.count == 1, comment, sourceLocation: sourceLocation)
    if let requestID { #expect(ids == [requestID], comment, sourceLocation: sourceLocation) }
    #expect(!response.fields.contains { $0.name.lowercased().hasPrefix("access-control-") }, comment, sourceLocation: sourceLocation)
    // Nobody is known by anything but a token.
    #expect(response.field("Set-Cookie") == nil, comment, sourceLocation: sourceLocation)
}

/// An error as it is published: status, code, the body's shape to the byte, and the fields that go with it.
func expectError(
    _ response: Client.Response,
    _ status: Int,
    _ code: String,
    parameter: String? = nil,
    _ comment: Comment? = nil,
    sourceLocation: SourceLocation = #_sourceLocation
) {
    expectCommonFields(response, comment, sourceLocation: sourceLocation)
    #expect(response.status == status, comment, sourceLocation: sourceLocation)
    #expect(response.errorCode == code, comment, sourceLocation: sourceLocation)
    #expect(response.json?["error"]?["parameter"]?.string == parameter, comment, sourceLocation: sourceLocation)
    #expect(response.isWhole, comment, sourceLocation: sourceLocation)

    let keys = ["code", "message"] + (parameter == nil ? [] : ["parameter"]) + ["docs"]
    #expect(JSONText.keys(response.text) == ["ok", "error", "request_id"], comment, sourceLocation: sourceLocation)
    let error = JSONText.value("error", of: response.text)
    #expect(JSONText.keys(error) == keys, comment, sourceLocation: sourceLocation)
    #expect(JSONText.compact(response.text) == response.text, comment, sourceLocation: sourceLocation)
    #expect(JSONText.value("ok", of: response.text) == "false", comment, sourceLocation: sourceLocation)
    #expect(JSONText.value("docs", of: error) == "\"/docs#\(code)\"", comment, sourceLocation: sourceLocation)
    #expect(response.json?["error"]?["message"]?.string?.isEmpty == false, comment, sourceLocation: sourceLocation)
    #expect(response.json?["request_id"]?.string == response.field("X-Request-Id"), comment, sourceLocation: sourceLocation)

    #expect(response.field("Allow") == (code == "method_not_allowed" ? "GET, HEAD" : nil), comment, sourceLocation: sourceLocation)
    #expect(response.field("Retry-After") == (["unavailable", "rate_limited"].contains(code) ? "1" : nil), comment, sourceLocation: sourceLocation)
    #expect((response.field("WWW-Authenticate") != nil) == [401, 403].contains(status), comment, sourceLocation: sourceLocation)
}

/// The `data` of a 200, as text.
func dataOf(_ response: Client.Response, _ comment: Comment? = nil, sourceLocation: SourceLocation = #_sourceLocation) throws -> String {
    expectCommonFields(response, comment, sourceLocation: sourceLocation)
    #expect(response.isWhole, comment, sourceLocation: sourceLocation)
    try #require(response.status == 200, "\(response.text.prefix(300)) \(comment?.rawValue ?? "")", sourceLocation: sourceLocation)
    #expect(JSONText.value("ok", of: response.text) == "true", comment, sourceLocation: sourceLocation)
    return JSONText.value("data", of: response.text)
}
