import Foundation
import Support
import Synchronization
import Testing

/// The same through nginx, by many callers at once.
@Suite("Tenants apart under load")
struct IsolationLoadTests {
    private static let clients = 6
    private static let callsOfEach = 700

    /// A tenant whose every row says whose it is, and what it may be told.
    private struct Party: Sendable {
        let tenant: Tenant
        let letter: String
        let ids: [String]
        let user: String
        let limited: String
        let revoked: String

        init(_ database: Database, _ letter: String) throws {
            let tenant = try Tenant(database)
            let mark = String(repeating: letter, count: 8)
            func id(_ number: Int) -> String { "\(mark)-0000-4000-8000-\(tenant.id.suffix(11))\(number)" }
            let user = try tenant.addUser("\(letter)-marked user", id: id(0))
            let scenario = try tenant.addScenario("\(letter)-marked scenario", callType: "\(letter)-marked", id: id(0))
            ids = try (1...5).map { number in
                // The two tenants take turns, half an hour each.
                let minute = letter == "a" ? "00" : "30"
                let session = try tenant.addSession(
                    user: user,
                    scenario: scenario,
                    startedAt: "2026-05-06T1\(number):\(minute):00Z",
                    status: "scored",
                    id: id(number)
                )
                try tenant.addTranscript(session: session, turns: #"["\#(letter)-marked turns"]"#)
                try tenant.addScorecard(session: session, score: letter == "a" ? 11 : 88, headline: "\(letter)-marked headline", id: id(number + 4))
                return session
            }
            (self.tenant, self.letter, self.user) = (tenant, letter, user)
            limited = try tenant.makeToken(scopes: ["scorecards:read"])
            revoked = try tenant.makeToken(scopes: allScopes)
            _ = try database.debrief(["token", "revoke"], input: revoked)
        }

        /// What nothing that is another's may hold.
        var marks: [String] {
            ["\(letter)-marked", String(repeating: letter, count: 8), tenant.id, letter == "a" ? #""avg_score":11"# : #""avg_score":88"#]
        }
    }

    /// Each endpoint, with the ids, the users and the cursors of both.
    private func paths(_ parties: [Party], _ client: Client) throws -> [String] {
        let cursors = try parties.map { party in
            try #require(try client.get("sessions?limit=2", token: party.tenant.token).json?["next_cursor"]?.string)
        }
        let ids = parties.flatMap { $0.ids[1...2] }
        return ["sessions", "scenarios", "users", "analytics/summary?from=2026-05-06&to=2026-05-07", "sessions?limit=3"]
            + ids.flatMap { ["sessions/\($0)", "scorecards/\($0)"] } + cursors.flatMap { ["sessions?cursor=\($0)", "sessions?limit=1&cursor=\($0)"] }
            + parties.flatMap { ["sessions?user_id=\($0.user)", "sessions?user_id=\($0.user)&cursor=\(cursors[0])"] }
    }

    /// What came of the calls.
    private struct Counts {
        var calls = 0
        var whole = 0
        var refused = 0
        var disturbed = 0
        var foreign: [String] = []
        var others: [String] = []
    }

    @Test("two tenants' tokens over few workers, whose connections are cancelled and lost meanwhile: each answer is the caller's own, or has no data")
    func interleaved() throws {
        let database = try Cluster.shared.get().makeDatabase(demo: false)
        let parties = try [Party(database, "a"), Party(database, "b")]
        let deployment = try Deployment(database, workers: 3)
        let paths = try paths(parties, deployment.client)
        // Alone, each call has this answer.
        let own = try parties.map { party in try paths.map { try deployment.client.get($0, token: party.tenant.token).text } }
        for (index, path) in paths.enumerated() {
            #expect(own[0][index] != own[1][index] || own[0][index].contains("not_found") || path.contains("user_id"), "\(path)")
        }
        #expect(own[0].contains { $0.contains("a-marked turns") } && own[1].contains { $0.contains("b-marked headline") })

        let counts = Mutex(Counts())
        let running = (0..<Self.clients).map { number in
            Background {
                try call(deployment.client, database, parties, paths, own, seed: UInt64(number), counts)
            }
        }
        for client in running { try client.value(seconds: 600) }
        let (all, lines) = (counts.withLock { $0 }, deployment.unexpectedLogLines())
        Run.report(
            "isolation by HTTP: \(all.calls) calls, \(all.foreign.count) with foreign data; \(all.whole) whole, \(all.refused) refused, \(all.disturbed) disturbed"
        )
        #expect(all.foreign == [])
        #expect(all.others == [], "\(lines.joined(separator: "\n"))")
        #expect(all.calls == Self.clients * Self.callsOfEach && all.whole > all.calls / 2 && all.refused > all.calls / 20, "\(all)")
        #expect(lines.filter { line in parties.contains { line.contains($0.tenant.token) } } == [])
    }

    /// Cancels whatever some worker's backend does just then, or terminates it.
    private func disturb(_ database: Database, _ call: Int) throws {
        let way = call % 200 == 0 ? "terminate" : "cancel"
        try database.sql(
            """
            select pg_\(way)_backend(pid) from pg_stat_activity where datname = current_database() and application_name = 'debrief'
            order by random() limit 1
            """
        )
    }

    /// One client's calls, one after the other.
    private func call(
        _ client: Client,
        _ database: Database,
        _ parties: [Party],
        _ paths: [String],
        _ own: [[String]],
        seed: UInt64,
        _ counts: borrowing Mutex<Counts>
    ) throws {
        var generator = SeededGenerator(seed: seed)
        for number in 1...Self.callsOfEach {
            if number % 40 == 0 { try disturb(database, number) }
            let (who, what) = (Int.random(in: 0...1, using: &generator), Int.random(in: 0..<paths.count, using: &generator))
            let (party, other) = (parties[who], parties[1 - who])
            let kind = Int.random(in: 0..<10, using: &generator)
            let token = kind == 0 ? party.revoked : kind == 1 ? party.limited : kind == 2 ? String(party.tenant.token.dropLast()) : party.tenant.token
            let response = try client.get(paths[what], token: token)
            let isLetIn = kind > 2 || kind == 1 && paths[what].hasPrefix("scorecards")
            counts.withLock { counts in
                counts.calls += 1
                if other.marks.contains(where: response.text.contains) { counts.foreign.append("\(paths[what]): \(response.text.prefix(200))") }
                switch response.status {
                case 200 where isLetIn && response.text == own[who][what]: counts.whole += 1
                case 404 where isLetIn && own[who][what].contains("not_found"): counts.whole += 1
                case 401 where !isLetIn && kind != 1, 403 where !isLetIn && kind == 1: counts.refused += 1
                // Cancelled, or lost twice.
                case 503, 504: counts.disturbed += 1
                default: counts.others.append("\(response.status) \(paths[what]): \(response.text.prefix(200))")
                }
            }
        }
    }
}
