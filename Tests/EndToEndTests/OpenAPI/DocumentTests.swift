import API
import Foundation
import Support
import Testing

@Suite("The OpenAPI document, as others read it")
struct DocumentTests {
    /// A response of an operation, for Tests/Python/check_document.py.
    private struct Exchange: Encodable {
        let operation: String
        let status: Int
        let fields: [String: String]
        let body: String

        init(_ operation: String, _ response: Client.Response) {
            self.operation = operation
            status = response.status
            fields = Dictionary(response.fields.map { ($0.name.lowercased(), $0.value) }) { first, _ in first }
            body = response.text
        }
    }

    private let stage: Stage

    init() throws { stage = try Stage.shared() }

    @Test("is valid, and so are its examples; responses of all kinds are as it says")
    func valid() throws {
        let tools = PythonTools()
        let path = "/api/v1/openapi.json"
        let ofDocument = try [Call(path), Call(path, method: "POST"), Call(path, fields: ["If-None-Match: *"])].map { call in
            Exchange("get_openapi", try stage.client.send(call))
        }
        let all = try Endpoint.all.flatMap(exchanges) + ofDocument + withoutWorkers()
        // Each of these has been asked for, or the check is of nothing.
        #expect(Set(all.map(\.status)) == [200, 304, 400, 401, 403, 404, 405, 413, 414, 429, 501, 503, 505])
        let file = "\(tools.folder)/exchanges.json"
        try JSONEncoder().encode(all).write(to: URL(filePath: file))
        let checked = try tools.script("check_document", try tools.writeDocument(), file)
        #expect(checked.status == 0, "\(checked.output)\(checked.errors)")
        Run.report("OpenAPI document: \(checked.output.trimmingCharacters(in: .newlines))")
    }

    /// Each answer that can be had of a pool that is well.
    private func exchanges(_ endpoint: Endpoint) throws -> [Exchange] {
        let path = endpoint.documentation.exampleCall
        let bare = String(path.prefix { $0 != "?" })
        let unscoped = try stage.database.makeToken(
            tenant: stage.database.demoTenant(),
            scopes: Scope.allCases.filter { $0 != endpoint.scope }.map(\.rawValue)
        )
        let tag = try stage.client.send(Call(path, token: stage.token)).field("ETag") ?? "*"
        let calls =
            [
                Call(path, token: stage.token), Call(bare, token: stage.token), Call(path, token: stage.token, fields: ["If-None-Match: \(tag)"]),
                Call(bare), Call(bare, token: "x"), Call(bare, token: unscoped), Call("\(bare)?x=1", token: stage.token),
                Call(bare, method: "POST", token: stage.token), Call(bare, fields: ["Host: other.test"]),
                Call(bare, fields: ["Content-Length: 65537"]),
                Call("\(bare)?\(String(repeating: "a", count: 9_000))"), Call(bare, fields: ["Transfer-Encoding: gzip"]),
                Call(bare, version: "HTTP/2.0"),
            ] + (endpoint.path.hasSuffix(":id") ? [Call(endpoint.path.replacing(":id", with: newID()), token: stage.token)] : [])
        return try calls.map { Exchange(endpoint.name, try stage.client.send($0)) }
    }

    /// Calls to an nginx that has no workers, until it takes no more of them.
    private func withoutWorkers() throws -> [Exchange] {
        let site = try DocumentSite(addressRate: 1)
        var exchanges: [Exchange] = []
        try eventually {
            let exchange = Exchange("list_users", try site.client.send(Call("/api/v1/users")))
            exchanges.append(exchange)
            return exchange.status == 429
        }
        return exchanges
    }
}
