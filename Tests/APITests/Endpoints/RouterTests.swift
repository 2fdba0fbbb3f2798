import Testing

@testable import API

@Suite("The router")
struct RouterTests {
    /// The endpoint of a path and what stands for `:id` there; nil where there is no such path.
    private func match(_ path: String) -> [String]? {
        let bytes = Array(path.utf8)
        guard let match = Router(Endpoint.all).match(bytes.span) else { return nil }
        var id: [UInt8] = []
        for index in match.id.indices { id.append(match.id[index]) }
        return [match.endpoint.name, String(decoding: id, as: UTF8.self)]
    }

    @Test("each endpoint is found by its path, and by nobody else's", arguments: Endpoint.all.map(\.path))
    func ownPath(_ path: String) {
        let found = match(path.replacing(":id", with: "x"))
        #expect(found?.first == Endpoint.all.first { $0.path == path }?.name)
    }

    @Test(
        "what stands for :id is any one segment, which is looked at later",
        arguments: [
            ("/api/v1/sessions/a", ["get_session", "a"]),
            ("/api/v1/sessions/30000000-0000-0000-0000-000000000001", ["get_session", "30000000-0000-0000-0000-000000000001"]),
            ("/api/v1/scorecards/:id", ["get_scorecard", ":id"]),
            ("/api/v1/sessions/%2F", ["get_session", "%2F"]),
            ("/api/v1/sessions/.", ["get_session", "."]),
            ("/api/v1/sessions/é", ["get_session", "é"]),
        ]
    )
    func id(_ path: String, _ expected: [String]) { #expect(match(path) == expected) }

    @Test(
        "a path is compared byte for byte",
        arguments: [
            "", "/", "/api", "/api/v1", "/api/v1/", "/api/v1/sessions/", "/api/v1/sessions//", "/api/v1//sessions", "//api/v1/sessions",
            "/api/v1/sessions/a/", "/api/v1/sessions/a/b", "/api/v1/sessions/a%2Fb/c", "/api/v1/Sessions", "/API/v1/sessions",
            "/api/v1/%73essions", "/api/v1/sessions%00", "/api/v1/sessions\0", "/api/v1/session", "/api/v1/sessionss", "/api/v1/sessions;a=b",
            "/api/v1/sessions ", " /api/v1/sessions", "api/v1/sessions", "/api/v2/sessions", "/api/v1/scorecards", "/api/v1/scorecards/",
            "/api/v1/users/", "/api/v1/users/1", "/api/v1/scenarios/1", "/api/v1/analytics", "/api/v1/analytics/", "/api/v1/analytics/summary/",
            "/api/v1/../v1/sessions", "/api/v1/./sessions", "http://host/api/v1/sessions", "*",
        ]
    )
    func otherPaths(_ path: String) { #expect(match(path) == nil) }
}
