import Support
import Testing

@Suite("Pages of sessions")
struct PagingTests {
    private let stage: Stage
    private let tenant: Tenant
    private let user: String
    private let scenario: String

    init() throws {
        stage = try Stage.shared()
        tenant = try Tenant(stage.database)
        user = try tenant.addUser()
        scenario = try tenant.addScenario()
    }

    /// The ids of a page, and its cursor.
    private func page(_ query: String) throws -> (ids: [String], next: String?) {
        let response = try stage.client.get("sessions?\(query)", token: tenant.token)
        _ = try dataOf(response)
        #expect(JSONText.keys(response.text) == ["ok", "data", "next_cursor"])
        let ids = response.json?["data"]?.array?.compactMap { $0["id"]?.string } ?? []
        return (ids, response.json?["next_cursor"]?.string)
    }

    private func walk(_ query: String, changing: (String) -> String = { $0 }) throws -> [[String]] {
        var pages: [[String]] = []
        var cursor: String? = ""
        while let place = cursor {
            let page = try page(query + (place.isEmpty ? "" : "&cursor=\(place)"))
            pages.append(page.ids)
            cursor = page.next.map(changing)
            try #require(pages.count < 1_000, "the walk does not end")
        }
        return pages
    }

    /// Sessions that share an instant, in the list's order.
    private func addTied(_ count: Int, at instant: String = "2026-05-06T17:00:00Z") throws -> [String] {
        try (0..<count).map { _ in try tenant.addSession(user: user, scenario: scenario, startedAt: instant) }.sorted(by: >)
    }

    @Test("of 100 sessions that share an instant, each is seen once, by id descending", arguments: [1, 7, 50, 99])
    func tied(limit: Int) throws {
        let ids = try addTied(100)
        let pages = try walk("limit=\(limit)")
        #expect(pages.flatMap { $0 } == ids)
        #expect(pages.dropLast().allSatisfy { $0.count == limit })
    }

    @Test("the extreme instants and ids have their place, too")
    func extremes() throws {
        var wanted: [String] = []
        for instant in ["9999-12-31 23:59:59.999999+00", "9999-12-31 23:59:59.999998+00", "2026-05-06 23:59:59.999999+00", "0001-01-01 00:00:00+00"] {
            for id in [
                "ffffffff-ffff-ffff-ffff-ffffffffffff", "80000000-0000-0000-0000-000000000000", "00000000-0000-0000-0000-000000000001", newID(),
            ] {
                // An id once a tenant: the others take its last digits from the instant.
                let id = String(id.dropLast(2)) + "0\(9 - wanted.count / 4)"
                wanted.append(try tenant.addSession(user: user, scenario: scenario, startedAt: instant, id: id))
            }
            wanted = wanted.dropLast(4) + wanted.suffix(4).sorted(by: >)
        }
        for limit in 1...5 { #expect(try walk("limit=\(limit)").flatMap { $0 } == wanted) }
    }

    @Test("a cursor is the last row's instant, or in a tie an instant with 45 digits")
    func form() throws {
        let ids = try addTied(2)
        let older = try addTied(1, at: "2026-05-06T16:59:59.5Z")
        #expect(try page("limit=2").next == "2026-05-06T17:00:00Z")
        #expect(try page("limit=3").next == nil)
        let tie = try #require(try page("limit=1").next)
        #expect(tie.wholeMatch(of: /2026-05-06T17:00:00\.000001[0-9]{39}Z/) != nil)
        #expect(try page("cursor=\(tie)").ids == [ids[1]] + older)
        #expect(try page("cursor=2026-05-06T17:00:00Z").ids == older)
    }

    @Test("a client that cuts a cursor's digits sees rows again, but loses none", arguments: [6, 7, 9, 44])
    func cutCursor(digits: Int) throws {
        let tied = try addTied(10)
        let older = try addTied(10, at: "2026-05-06T16:00:00Z")
        let first = try page("limit=4")
        let cursor = try #require(first.next)
        let cut = cursor.prefix(20 + digits) + "Z"
        #expect(try page("cursor=\(cut)").ids == tied + older)
    }

    @Test("the last page has no cursor, also where it is full or empty")
    func lastPage() throws {
        #expect(try page("limit=10") == ([], nil))
        let ids = try addTied(10)
        #expect(try page("limit=10") == (ids, nil))
        #expect(try page("limit=9").next != nil)
        #expect(try page("to=2020-01-01") == ([], nil))
    }

    @Test("from and to are both included, to the microsecond, on every page")
    func bounds() throws {
        let instants = (0..<8).map { "2026-05-06T17:00:00.00000\($0)Z" }
        let ids = try instants.map { try tenant.addSession(user: user, scenario: scenario, startedAt: $0) }
        for (first, last) in [(0, 7), (2, 5), (3, 3), (0, 0), (7, 7)] {
            let pages = try walk("limit=2&from=\(instants[first])&to=\(instants[last])")
            #expect(pages.flatMap { $0 } == ids[first...last].reversed())
        }
        // What lies between two microseconds is rounded inwards.
        #expect(try walk("limit=1&from=2026-05-06T17:00:00.0000021Z&to=2026-05-06T17:00:00.0000059Z").flatMap { $0 } == ids[3...5].reversed())
    }

    @Test("a user's sessions are those alone, page by page; an unknown user has none")
    func oneUser() throws {
        let other = try tenant.addUser("Another")
        var own: [String] = []
        for number in 0..<30 {
            let session = try tenant.addSession(
                user: number % 3 == 0 ? other : user,
                scenario: scenario,
                startedAt: "2026-05-06T17:00:0\(number % 4)Z"
            )
            if number % 3 == 0 { own.append(session) }
        }
        let pages = try walk("limit=3&user_id=\(other)")
        #expect(pages.flatMap { $0 }.sorted() == own.sorted())
        #expect(try page("user_id=\(newID())") == ([], nil))
    }
}
