import API

/// The OpenAPI document (OpenAPI Specification 3.1.1), of which programs make clients, tests and pages.
///
/// It is made of the endpoint table, the scopes and the table of errors, and says nothing that these do not; beside them, it knows the envelope of a
/// response and the fields that nginx and the workers put before it. All in it is in the order of the tables, so the same version is the same bytes.
public enum OpenAPI {
    /// The document as JSON, in UTF-8 and ending with a newline.
    ///
    /// - Parameter version: of the program that serves the API, as semantic versioning has it.
    public static func document(version: String) -> String {
        let document: JSONNode = [
            "openapi": "3.1.1",
            "info": info(version: version),
            "externalDocs": ["description": "The reference as a web page.", "url": "/docs"],
            // Relative to where the document is: it is the same on each host.
            "servers": [["url": "/"]],
            "security": [["bearer": []]],
            "tags": .list(tags.map { ["name": .text($0)] }),
            "paths": .object(paths),
            "components": [
                "securitySchemes": ["bearer": bearer],
                "parameters": .object(parameters),
                "headers": .object(headers),
                "schemas": .object(schemas),
                "responses": .object(sharedResponses),
            ],
        ]
        return JSONLayout.indented(document.text) + "\n"
    }

    private static var paths: JSONNode.Members {
        Endpoint.all.map { (path(of: $0), ["get": operation(of: $0)]) } + [(documentPath, ["get": documentOperation] as JSONNode)]
    }

    /// Each once, in the order of the table.
    private static var tags: [String] {
        let all = Endpoint.all.map(tag) + [documentTag]
        return all.indices.filter { all.firstIndex(of: all[$0]) == $0 }.map { all[$0] }
    }
}
