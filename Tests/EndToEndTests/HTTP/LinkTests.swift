import Support
import Testing

@Suite("Link to the next page")
struct LinkTests {
    private let stage: Stage

    init() throws { stage = try Stage.shared() }

    /// What stands between < and >, where it is the next page's.
    private func target(_ response: Client.Response) throws -> String? {
        let links = response.fields.filter { $0.name == "Link" }.map(\.value)
        #expect(links.count <= 1)
        return try links.first.map { String(try #require($0.wholeMatch(of: /<([^<>"\\ ]*)>; rel="next"/), "\($0)").output.1) }
    }

    @Test("leads from page to page as the cursor does, with all other parameters of the call, and ends with it")
    func walk() throws {
        let tenant = try Tenant(stage.database)
        let (user, scenario) = (try tenant.addUser(), try tenant.addScenario())
        let other = try tenant.addUser("Another")
        // Some share an instant, so that both forms of a cursor occur.
        let sessions = try (0..<24).map { number in
            try tenant.addSession(user: number % 4 == 0 ? other : user, scenario: scenario, startedAt: "2026-05-06T17:00:0\(number / 5).5Z")
        }
        let query = "user_id=\(user)&limit=4&from=2026-05-06T18:00:00%2B01:00&to=2026-05-06T17:00:04.9"
        var call: String? = "/api/v1/sessions?\(query)"
        var cursorCall = call
        var ids: [String] = []
        var pages = 0
        while let path = call {
            let response = try stage.client.send(Call(path, token: tenant.token))
            _ = try dataOf(response)
            #expect(try stage.client.send(Call(cursorCall ?? "/", token: tenant.token)).body == response.body)
            ids += response.json?["data"]?.array?.compactMap { $0["id"]?.string } ?? []
            let cursor = response.json?["next_cursor"]?.string
            call = try target(response)
            cursorCall = cursor.map { "/api/v1/sessions?\(query)&cursor=\($0)" }
            #expect((call == nil) == (cursor == nil))
            if let cursor { #expect(call?.hasSuffix("&cursor=\(cursor.replacing(":", with: "%3A"))") == true) }
            pages += 1
            try #require(pages < 20)
        }
        let wanted = sessions.enumerated().filter { $0.offset % 4 != 0 }.map(\.element)
        #expect(pages == 5 && ids.count == 18 && Set(ids) == Set(wanted))
    }

    @Test("HEAD has it, too, and no other endpoint has one")
    func whereItIs() throws {
        let get = try stage.client.get("sessions?limit=1", token: stage.token)
        let head = try stage.client.get("sessions?limit=1", token: stage.token, method: "HEAD")
        #expect(try target(get) != nil && target(head) == target(get))
        for path in endpoints.dropFirst() { #expect(try target(stage.client.get(path, token: stage.token)) == nil) }
        #expect(try target(stage.client.get("sessions?to=2020-01-01", token: stage.token)) == nil)
    }

    @Test("holds nothing as it was sent, and fits where the query is as long as one may be")
    func safe() throws {
        let zeros = String(repeating: "0", count: 8_000)
        let response = try stage.client.get("sessions?l%69mit=%31&from=2026-01-01T00:00:00.\(zeros)Z", token: stage.token)
        #expect(try target(response)?.hasPrefix("/api/v1/sessions?limit=1&from=2026-01-01T00%3A00%3A00Z&cursor=") == true)
        #expect(
            try stage.client.get("sessions?limit=1&&&&" + String(repeating: "&", count: 8_000), token: stage.token).field("Link")?.count ?? 0 < 100
        )
        for spoiled in ["%0d%0aX-Evil:%201", "%3E%3B", "%22", "\">;rel=x"] {
            let response = try stage.client.get("sessions?limit=1&to=2026-05-07\(spoiled)", token: stage.token)
            expectError(response, 400, "invalid_parameter", parameter: "to")
            #expect(response.field("Link") == nil && response.field("X-Evil") == nil)
        }
    }
}
