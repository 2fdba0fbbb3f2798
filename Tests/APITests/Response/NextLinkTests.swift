import JSON
import Testing

@testable import API

@Suite("The link to the next page")
struct NextLinkTests {
    /// The line that the page of a query has, where the next one begins at that cursor.
    private func line(_ query: String, cursor: Cursor = Cursor(before: Instant(microseconds: 831_402_000_000_000), id: .zero)) throws -> String {
        var scratch: [UInt8] = []
        let parameters = try Parameters.parse(query: query.utf8.span, allowed: Endpoint.listSessions.parameters, scratch: &scratch)
        var link = NextLink()
        link.write(path: Endpoint.listSessions.path, parameters, cursor: cursor)
        return link.line.text
    }

    @Test("has the cursor, and each parameter of the page in the form of what it was read as")
    func parameters() throws {
        #expect(try line("") == "Link: </api/v1/sessions?limit=50&cursor=2026-05-06T17%3A00%3A00Z>; rel=\"next\"\r\n")
        let all = "cursor=2027-01-01&user_id=A0000000-0000-0000-0000-000000000002&to=2026-06-01T00:00:00.1%2B02:00&from=2026-01-01&limit=7"
        let wanted =
            "Link: </api/v1/sessions?limit=7&from=2026-01-01T00%3A00%3A00Z&to=2026-05-31T22%3A00%3A00.100000Z"
            + "&user_id=a0000000-0000-0000-0000-000000000002&cursor=2026-05-06T17%3A00%3A00Z>; rel=\"next\"\r\n"
        #expect(try line(all) == wanted)
    }

    @Test("leads to what the page's own parameters and the cursor lead to")
    func sameMeaning() throws {
        let query = "from=2026-01-01T00:00:00.0000001Z&to=2026-05-06T17:00:00.9999999Z&limit=3"
        let cursor = Cursor(before: Instant(microseconds: 831_402_000_000_000), id: UUID(value: 7))
        let link = try line(query, cursor: cursor)
        let next = try #require(link.firstMatch(of: /\?([^>]*)>/)).output.1
        var scratch: [UInt8] = []
        func parse(_ query: String) throws -> Parameters {
            try Parameters.parse(query: query.utf8.span, allowed: Endpoint.listSessions.parameters, scratch: &scratch)
        }
        var wanted = try parse(query)
        wanted.cursor = cursor
        #expect(try parse(String(next)) == wanted)
    }

    @Test("is short, however long the query is")
    func length() throws {
        let zeros = String(repeating: "0", count: 4_000)
        let escaped = "l%69m%69t=%31%30%30".replacing("m", with: "%6d")
        let user = "user_id=ffffffff-ffff-ffff-ffff-ffffffffffff"
        let query = "from=0001-01-01T00:00:00.000001\(zeros)Z&to=9999-12-31T23:59:59.999999\(zeros)Z&\(escaped)&\(user)"
        let link = try line(query, cursor: Cursor(before: .latest, id: .max))
        #expect(link.utf8.count < 300, "\(link)")
        #expect(link.utf8.allSatisfy { 0x20..<0x7f ~= $0 || $0 == 0x0d || $0 == 0x0a } && link.utf8.count { $0 == 0x0a } == 1)
    }

    @Test("is written anew each time")
    func reuse() throws {
        var link = NextLink()
        for _ in 0..<3 {
            link.removeAll()
            #expect(link.line.count == 0)
            link.write(path: "/x", Parameters(), cursor: Cursor(before: .latest, id: .zero))
            #expect(link.line.text == "Link: </x?limit=50&cursor=9999-12-31T23%3A59%3A59.999999Z>; rel=\"next\"\r\n")
        }
    }
}
