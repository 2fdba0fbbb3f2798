import Foundation
import Support
import Testing

import struct API.Token

@Suite("Tokens through HTTP")
struct TokenTests {
    private let stage: Stage
    private static let challenge = #"Bearer realm="debrief""#

    init() throws { stage = try Stage.shared() }

    private func answer(to authorization: String) throws -> Client.Response {
        // With faults in the parameters, too: of those a caller without a token learns nothing.
        try stage.client.get("sessions?limit=0&nonsense", fields: ["Authorization: \(authorization)"])
    }

    private func expectInvalid(_ token: String, _ comment: Comment? = nil, sourceLocation: SourceLocation = #_sourceLocation) throws {
        let response = try answer(to: "Bearer \(token)")
        expectError(response, 401, "invalid_token", comment, sourceLocation: sourceLocation)
        let wanted = Self.challenge + #", error="invalid_token""#
        #expect(response.field("WWW-Authenticate") == wanted, comment, sourceLocation: sourceLocation)
    }

    @Test("no token is 401 missing_token, with a challenge and no error in it", arguments: endpoints)
    func missing(path: String) throws {
        let response = try stage.client.get(path)
        expectError(response, 401, "missing_token")
        #expect(response.field("WWW-Authenticate") == Self.challenge)
    }

    @Test(
        "what is no bearer token counts as none",
        arguments: ["", "Bearer", "Bearer ", "Basic dXNlcjpwYXNz", "Token %", "%", "Bearer\t%", "Bearer%"]
    )
    func notBearer(form: String) throws {
        let response = try answer(to: form.replacing("%", with: stage.token))
        expectError(response, 401, "missing_token")
        #expect(response.field("WWW-Authenticate") == Self.challenge)
    }

    @Test("the scheme's letter case, and blanks around the token, do not matter", arguments: ["bearer %", "BEARER %", "bEaReR   %", "Bearer % "])
    func scheme(form: String) throws {
        let response = try stage.client.get("users", fields: ["Authorization: " + form.replacing("%", with: stage.token)])
        _ = try dataOf(response)
    }

    @Test("a token is not taken from anywhere but the Authorization field")
    func elsewhere() throws {
        expectError(try stage.client.get("users?access_token=\(stage.token)"), 401, "missing_token")
        expectError(try stage.client.get("users", fields: ["Cookie: token=\(stage.token)", "X-Api-Key: \(stage.token)"]), 401, "missing_token")
        // RFC 6750, section 2.2.
        let body = "access_token=\(stage.token)"
        let form = Call(
            "/api/v1/users",
            fields: ["Content-Type: application/x-www-form-urlencoded", "Content-Length: \(body.utf8.count)"],
            body: body
        )
        expectError(try stage.client.send(form), 401, "missing_token")
    }

    @Test("a token of the wrong form is 401 invalid_token")
    func malformed() throws {
        let token = stage.token
        let characters = Array(token)
        var flipped = characters
        flipped[20] = flipped[20] == "x" ? "y" : "x"
        var checksum = characters
        checksum[53] = checksum[53] == "0" ? "1" : "0"
        let wrong = [
            String(token.dropLast()), String(token.dropFirst()), token + "0", token + token, "debrief_", token.uppercased(), token.lowercased(),
            String(flipped), String(checksum), "Debrief_" + token.dropFirst(8), token.replacing("_", with: "-"), token + ",", "\(token) \(token)",
            "\"\(token)\"", String(repeating: "a", count: 5_000), "debrief_" + String(repeating: "0", count: 4_992), "'; drop table users; --", "é",
        ]
        for wrong in wrong where wrong != token { try expectInvalid(wrong, "\(wrong.prefix(60))") }
    }

    @Test("a token of the right form that nobody has is 401 invalid_token")
    func unknown() throws {
        var generator = SystemRandomNumberGenerator()
        try expectInvalid(Token(using: &generator).text)
    }

    @Test("an expired token is refused at the next request")
    func expired() throws {
        let tenant = try Tenant(stage.database)
        _ = try dataOf(try stage.client.get("users", token: tenant.token))
        try stage.database.sql("update api_tokens set expires_at = now() + interval '1 hour' where tenant_id = $1", tenant.id)
        _ = try dataOf(try stage.client.get("users", token: tenant.token))
        try stage.database.sql("update api_tokens set expires_at = now() where tenant_id = $1", tenant.id)
        try expectInvalid(tenant.token)
    }

    @Test("a revoked token is refused at the next request, another of the tenant is not")
    func revoked() throws {
        let tenant = try Tenant(stage.database)
        let other = try tenant.makeToken(scopes: ["users:read"])
        _ = try dataOf(try stage.client.get("users", token: tenant.token))
        let id = try #require(try stage.database.value("select id from api_tokens where tenant_id = $1 order by created_at", tenant.id))
        #expect(try stage.database.debrief(["token", "revoke", id]).status == 0)
        try expectInvalid(tenant.token)
        _ = try dataOf(try stage.client.get("users", token: other))
    }

    @Test("a token made a moment ago works at once, and one that never expires, too")
    func fresh() throws {
        let tenant = try Tenant(stage.database)
        let never = try stage.database.makeToken(tenant: tenant.id, scopes: ["users:read"], arguments: ["--never"])
        _ = try dataOf(try stage.client.get("users", token: never))
        let short = try stage.database.makeToken(tenant: tenant.id, scopes: ["users:read"], arguments: ["--expires-in", "1h"])
        _ = try dataOf(try stage.client.get("users", token: short))
    }

    @Test("a token reaches exactly the endpoints of its scope", arguments: allScopes)
    func scopes(scope: String) throws {
        let needed = ["sessions:read", "sessions:read", "scorecards:read", "scenarios:read", "users:read", "analytics:read"]
        let token = try stage.database.makeToken(tenant: stage.database.demoTenant(), scopes: [scope])
        for (path, wanted) in zip(endpoints, needed) {
            let response = try stage.client.get(path, token: token)
            if wanted == scope {
                _ = try dataOf(response, "\(path)")
                continue
            }
            expectError(response, 403, "insufficient_scope", "\(path)")
            #expect(response.field("WWW-Authenticate") == Self.challenge + #", error="insufficient_scope", scope="\#(wanted)""#)
            #expect(response.json?["error"]?["message"]?.string?.contains(wanted) == true)
        }
    }
}
