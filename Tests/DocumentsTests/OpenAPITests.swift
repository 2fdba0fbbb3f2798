import API
import Support
import Testing

@testable import Documents

/// The document beside the tables that it is made of. What it holds is asked of the document as text, by another parser.
@Suite("The OpenAPI document")
struct OpenAPITests {
    private let text = OpenAPI.document(version: "1.2.3")
    private let document: JSONValue

    init() throws { document = try #require(JSONValue(parsing: Array(text.utf8))) }

    private func operation(_ endpoint: Endpoint) throws -> JSONValue {
        try #require(document["paths"]?[endpoint.path.replacing(":id", with: "{id}")]?["get"])
    }

    /// What a reference leads to.
    private func resolve(_ node: JSONValue?) throws -> JSONValue {
        let node = try #require(node)
        guard let reference = node["$ref"]?.string else { return node }
        return try #require(reference.split(separator: "/").dropFirst().reduce(document) { $0?[String($1)] })
    }

    private func strings(_ node: JSONValue?) -> [String]? { node?.array?.compactMap(\.string) }

    @Test("is the same bytes each time, with a line a value, and its version")
    func bytes() {
        #expect(OpenAPI.document(version: "1.2.3") == text)
        #expect(text.hasPrefix("{\n  \"openapi\": \"3.1.1\",\n") && text.hasSuffix("\n}\n"))
        #expect(document["info"]?["version"]?.string == "1.2.3")
    }

    @Test("has the table's endpoints, with their words and scopes, the document itself, and nothing else")
    func operations() throws {
        let paths = try #require(document["paths"]?.object)
        #expect(paths.count == Endpoint.all.count + 1)
        for endpoint in Endpoint.all {
            let operation = try operation(endpoint)
            #expect(operation["operationId"]?.string == endpoint.name)
            #expect(operation["summary"]?.string == endpoint.documentation.summary)
            #expect(operation["description"]?.string?.contains(endpoint.documentation.details) == true)
            #expect(strings(operation["security"]?[0]?["bearer"]) == [endpoint.scope.rawValue])
        }
        #expect(paths.values.allSatisfy { $0.object?.count == 1 })
        #expect(document["paths"]?["/api/v1/openapi.json"]?["get"]?["security"]?.array == [])
        for scope in Scope.allCases {
            #expect(document["components"]?["securitySchemes"]?["bearer"]?["description"]?.string?.contains("`\(scope.rawValue)`") == true)
        }
    }

    @Test("has each endpoint's parameters, in their order, with their schemas, and a cursor that no client reads as a date-time")
    func parameters() throws {
        for endpoint in Endpoint.all {
            let parameters = try #require(try operation(endpoint)["parameters"]?.array?.map(resolve))
            let query = parameters.filter { $0["in"]?.string == "query" }
            #expect(query.map { $0["name"]?.string } == endpoint.parameters.map(\.name))
            for (found, parameter) in zip(query, endpoint.parameters) {
                #expect(found["schema"] == JSONValue(parsing: Array(parameter.schema.description.utf8)))
                #expect(found["description"]?.string == parameter.summary)
                #expect(found["required"] == nil)
            }
            let path = parameters.filter { $0["in"]?.string == "path" }
            #expect(path.map { $0["name"]?.string } == (endpoint.path.hasSuffix(":id") ? ["id"] : []))
            #expect(path.allSatisfy { $0["required"] == .bool(true) })
            #expect(parameters.compactMap { $0["in"]?.string == "header" ? $0["name"]?.string : nil } == ["If-None-Match", "X-Request-Id"])
        }
        let cursor = try operation(Endpoint.all[0])["parameters"]?.array?.first { $0["name"]?.string == "cursor" }
        #expect(cursor?["schema"]?.object == ["type": .string("string")])
    }

    @Test("has each endpoint's keys, all of them required, null where they can be, in an envelope of its shape")
    func rows() throws {
        for endpoint in Endpoint.all {
            let content = try operation(endpoint)["responses"]?["200"]?["content"]?["application/json"]
            #expect(content?["example"] == JSONValue(parsing: Array(endpoint.documentation.exampleResponse.utf8)))
            let envelope = try resolve(content?["schema"])
            let isOne = if case .one = endpoint.shape { true } else { false }
            let isPage = if case .page = endpoint.shape { true } else { false }
            #expect(strings(envelope["required"]) == ["ok", "data"] + (isPage ? ["next_cursor"] : []))
            let data = envelope["properties"]?["data"]
            let row = try resolve(isOne ? data : data?["items"])
            #expect(strings(row["required"]) == endpoint.columns.map(\.name))
            #expect(row["properties"]?.object?.count == endpoint.columns.count)
            #expect(row["additionalProperties"] == nil && envelope["additionalProperties"] == nil)
            for column in endpoint.columns {
                let property = try #require(row["properties"]?[column.name])
                #expect(property["description"]?.string == column.summary)
                #expect((strings(property["type"])?.contains("null") == true) == column.isNullable, "\(column.name)")
            }
        }
    }

    @Test("has each error with its status, code, message and fields, but 404 where there is nothing to find")
    func errors() throws {
        for endpoint in Endpoint.all {
            let responses = try #require(try operation(endpoint)["responses"]?.object)
            let wanted = ErrorReference.all.filter { $0.status != 404 || endpoint.path.hasSuffix(":id") }
            #expect(Set(responses.keys) == Set(wanted.map { "\($0.status)" } + ["200", "304"]))
            for status in Set(wanted.map(\.status)) {
                let response = try resolve(responses["\(status)"])
                let content = response["content"]?["application/json"]
                let errors = wanted.filter { $0.status == status }
                #expect(strings(content?["schema"]?["properties"]?["error"]?["properties"]?["code"]?["enum"]) == errors.map(\.code))
                for error in errors {
                    let example = content?["examples"]?[error.code]?["value"]?["error"]
                    #expect(example?["code"]?.string == error.code && example?["message"]?.string == error.message)
                    #expect(example?["docs"]?.string == "/docs#\(error.code)")
                    #expect(response["description"]?.string?.contains(error.summary) == true)
                }
                let fields = [401: "WWW-Authenticate", 403: "WWW-Authenticate", 405: "Allow", 429: "Retry-After", 503: "Retry-After"]
                #expect(response["headers"]?.object?.count == (fields[status] == nil ? 3 : 4))
                if let field = fields[status] { #expect(response["headers"]?[field] != nil) }
            }
        }
    }

    @Test("has the fields of what is sent and of what is not modified: a tag for both, and the next page's place for pages")
    func fields() throws {
        func names(_ response: JSONValue?) throws -> Set<String> { Set(try resolve(response)["headers"]?.object.map { Array($0.keys) } ?? []) }
        let all: Set = ["X-Request-Id", "Cache-Control", "Vary"]
        for endpoint in Endpoint.all {
            let isPage = if case .page = endpoint.shape { true } else { false }
            let responses = try operation(endpoint)["responses"]
            #expect(try names(responses?["200"]) == all.union(isPage ? ["ETag", "Link"] : ["ETag"]))
            #expect(try names(responses?["304"]) == all.union(["ETag"]))
        }
    }

    @Test("leads from a page to the next one, and from ids to what they are of")
    func links() throws {
        let links = try Endpoint.all.flatMap { endpoint in
            (try operation(endpoint)["responses"]?["200"]?["links"]?.object ?? [:]).map { name, link in
                "\(endpoint.name) \(name) \(link["operationId"]?.string ?? "") \(link["parameters"]?.object?.values.first?.string ?? "")"
            }
        }
        let wanted = [
            "list_sessions next_page list_sessions $response.body#/next_cursor", "list_sessions get_session get_session $response.body#/data/0/id",
            "get_session get_scorecard get_scorecard $response.body#/data/scorecard_id",
            "get_scorecard get_session get_session $response.body#/data/session_id",
        ]
        #expect(Set(links) == Set(wanted))
    }

    @Test(
        "its layout changes blanks between values, and nothing in them",
        arguments: [
            (#"{"a":[1,{"b":null}],"c":{},"d":[ ]}"#, "{\n  \"a\": [\n    1,\n    {\n      \"b\": null\n    }\n  ],\n  \"c\": {},\n  \"d\": []\n}"),
            (#"{ "a" : "x: {[,]} \" \\" }"#, "{\n  \"a\": \"x: {[,]} \\\" \\\\\"\n}"), ("[[[]]]", "[\n  [\n    []\n  ]\n]"), (#""""#, #""""#),
            ("[\n1\t,\r\n2]", "[\n  1,\n  2\n]"),
        ]
    )
    func layout(json: String, wanted: String) { #expect(JSONLayout.indented(json) == wanted) }
}
