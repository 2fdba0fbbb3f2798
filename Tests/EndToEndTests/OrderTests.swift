import Support
import Testing

/// A call with several faults, and which of them is told.
struct Faulty: Sendable, CustomTestStringConvertible {
    enum Caller: Sendable { case nobody, invalid, unscoped, good }

    let testDescription: String
    let method: String
    let path: String
    let caller: Caller
    let status: Int
    let code: String

    init(_ name: String, _ method: String, _ path: String, _ caller: Caller, _ status: Int, _ code: String) {
        testDescription = name
        self.method = method
        self.path = path
        self.caller = caller
        self.status = status
        self.code = code
    }
}

@Suite("The order of errors")
struct OrderTests {
    private static let row = "sessions/00000000-0000-0000-0000-00000000dead"

    private static let table: [Faulty] = [
        Faulty("path before method, token and parameters", "POST", "nothing?limit=0", .nobody, 404, "not_found"),
        Faulty("path before a bad token", "GET", "nothing?limit=0", .invalid, 404, "not_found"),
        Faulty("method before token and parameters", "POST", "sessions?limit=0", .nobody, 405, "method_not_allowed"),
        Faulty("method before scope", "DELETE", row, .unscoped, 405, "method_not_allowed"),
        Faulty("a missing token before parameters", "GET", "sessions?limit=0", .nobody, 401, "missing_token"),
        Faulty("a missing token before the row", "GET", row, .nobody, 401, "missing_token"),
        Faulty("a missing token before an id that is none", "GET", "sessions/x", .nobody, 401, "missing_token"),
        Faulty("an invalid token before parameters", "GET", "sessions?limit=0", .invalid, 401, "invalid_token"),
        Faulty("an invalid token before an id that is none", "GET", "sessions/x", .invalid, 401, "invalid_token"),
        Faulty("scope before parameters", "GET", "sessions?limit=0", .unscoped, 403, "insufficient_scope"),
        Faulty("scope before the row", "GET", row, .unscoped, 403, "insufficient_scope"),
        Faulty("scope before an id that is none", "GET", "sessions/x", .unscoped, 403, "insufficient_scope"),
        Faulty("scope before unknown parameters", "GET", "analytics/summary?x=1", .unscoped, 403, "insufficient_scope"),
        Faulty("parameters before the row", "GET", "\(row)?x=1", .good, 400, "invalid_parameter"),
        Faulty("parameters before an id that is none", "GET", "sessions/x?x=1", .good, 400, "invalid_parameter"),
        Faulty("the row at last", "GET", row, .good, 404, "not_found"),
    ]

    private func token(_ caller: Faulty.Caller) throws -> String? {
        let stage = try Stage.shared()
        return switch caller {
        case .nobody: nil
        case .invalid: String(stage.token.dropLast()) + "!"
        case .unscoped: try stage.database.makeToken(tenant: stage.database.demoTenant(), scopes: ["users:read"])
        case .good: stage.token
        }
    }

    @Test("of several faults the first is told: path, method, token, scope, parameters, row", arguments: table)
    func order(faulty: Faulty) throws {
        let response = try Stage.shared().client.get(faulty.path, token: token(faulty.caller), method: faulty.method)
        expectError(response, faulty.status, faulty.code, parameter: faulty.code == "invalid_parameter" ? "x" : nil)
    }

    @Test("a revoked token is invalid even where it lacks the scope")
    func revokedWithoutScope() throws {
        let stage = try Stage.shared()
        let tenant = try Tenant(stage.database)
        let token = try tenant.makeToken(scopes: ["users:read"])
        expectError(try stage.client.get("scenarios", token: token), 403, "insufficient_scope")
        try stage.database.sql("update api_tokens set revoked_at = now() where tenant_id = $1", tenant.id)
        expectError(try stage.client.get("scenarios", token: token), 401, "invalid_token")
    }

    @Test("an unauthenticated caller gets the same answer whatever he asks of parameters and rows", arguments: [Faulty.Caller.nobody, .invalid])
    func nothingLearnt(caller: Faulty.Caller) throws {
        let stage = try Stage.shared()
        let paths = endpoints + ["sessions?limit=0", "sessions?x", "sessions/x", Self.row, "users?%zz", "scorecards/x?y=1"]
        let answers = try paths.map { path in
            let response = try stage.client.get(path, token: token(caller), fields: ["X-Request-Id: same"])
            return Answer(response)
        }
        #expect(Set(answers).count == 1)
    }
}

/// All of a response but its date, for comparison.
struct Answer: Hashable {
    let status: Int
    let fields: [String]
    let body: [UInt8]

    init(_ response: Client.Response, without names: Set<String> = []) {
        status = response.status
        fields = response.fields.filter { $0.name != "Date" && !names.contains($0.name) }.map { "\($0.name): \($0.value)" }
        body = response.body
    }
}
