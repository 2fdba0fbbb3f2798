import ArgumentParser
import Documents
import Pool

/// `debrief openapi`
struct OpenAPICommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "openapi",
        abstract: "Prints the OpenAPI 3.1 document of the API.",
        discussion: "The same bytes are at /api/v1/openapi.json, for which no token is needed."
    )

    func run() throws { try StandardFiles.write(OpenAPI.document(version: Version.current)) }
}
