import Foundation
import Support
import Testing

/// The list of the demo tenant's sessions as it has to come back, page by page: read once and compared with the rows, so that a load can compare
/// bytes.
struct Pages: Sendable {
    /// The request of each page, as it is sent, by the cursor of the page before.
    let requests: [[UInt8]]
    /// The body of each page.
    let bodies: [[UInt8]]

    /// Few enough that a cursor falls between sessions that began at one instant, too.
    private static let limit = 7

    init(_ site: Site) throws {
        let sql = "select id::text from sessions where tenant_id = $1::uuid order by started_at desc, id desc"
        var ids = try site.database.sql(sql, site.database.demoTenant()).compactMap { $0[0] }[...]
        var (requests, bodies): ([[UInt8]], [[UInt8]]) = ([], [])
        var cursor: String?
        repeat {
            let path = "sessions?limit=\(Self.limit)" + (cursor.map { "&cursor=\($0)" } ?? "")
            let page = try site.client.get(path, token: site.token)
            let rows = try #require(page.json?["data"]?.array, "\(page.text)")
            // All of them, each once, in their order.
            try #require(page.status == 200 && page.isWhole)
            try #require(rows.compactMap { $0["id"]?.string } == Array(ids.prefix(Self.limit)))
            ids = ids.dropFirst(Self.limit)
            cursor = page.json?["next_cursor"]?.string
            try #require((cursor == nil) == ids.isEmpty)
            requests.append(Array("GET /api/v1/\(path) HTTP/1.1\r\nHost: debrief.test\r\nAuthorization: Bearer \(site.token)\r\n\r\n".utf8))
            bodies.append(page.body)
        } while cursor != nil
        (self.requests, self.bodies) = (requests, bodies)
    }
}
