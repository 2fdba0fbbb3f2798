import Foundation
import Support
import Testing

@Suite("A client that openapi-python-client makes of the document")
struct GeneratedClientTests {
    @Test("is made without a warning, reads each session once, page by page, and all else")
    func pages() throws {
        let tools = PythonTools()
        let configuration = "\(tools.folder)/client.json"
        // Its own would reformat the code.
        try #"{"post_hooks": []}"#.write(toFile: configuration, atomically: false, encoding: .utf8)
        let made = try tools.tool(
            "openapi-python-client",
            ["generate", "--path", tools.writeDocument(), "--output-path", "\(tools.folder)/debrief_api_client", "--meta", "none"]
                + ["--config", configuration, "--fail-on-warning"]
        )
        try #require(made.status == 0, "\(made.output)\(made.errors)")

        let stage = try PythonTools.Stage.shared()
        let environment = ["PYTHONPATH": tools.folder, "DEBRIEF_URL": stage.deployment.url, "DEBRIEF_TOKEN": stage.token]
        let limit = 100
        let read = try tools.script("read_with_client", "\(limit)", environment: environment)
        #expect(read.status == 0, "\(read.errors)")
        let ids = read.output.split(separator: "\n").map(String.init)
        let wanted = try stage.database.sql(
            "select id::text from sessions where tenant_id = $1 order by started_at desc, id desc",
            stage.database.demoTenant()
        )
        #expect(ids == wanted.compactMap { $0[0] })
        #expect(ids.count > 3 * limit)
        Run.report("generated client: \(ids.count) sessions in \((ids.count + limit - 1) / limit) pages, each once")
    }
}
