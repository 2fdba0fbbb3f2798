import Foundation
import Support
import Synchronization
import Testing

/// Workers that are killed while they send a long response: what the client has by then is sent, its status too, so only the end of the body can
/// tell.
@Suite("A response that is cut")
struct CutResponseTests {
    /// As many workers as clients, so that all responses have begun when the workers are killed.
    private static let workers = 8
    private static let wanted = 200

    /// A streamed list, and a document that is made in memory; both some megabytes.
    private static let transcript = "00000000-0000-0000-0000-0000000000aa"
    private static let paths = ["users", "sessions/\(transcript)"]

    @Test("of two hundred bodies that are cut, none looks whole to the client, and each that does is right to the last byte")
    func cut() throws {
        let site = try Site(workers: Self.workers)
        try fill(site)
        let right = try Self.paths.map { try site.client.get($0, token: site.token) }
        for response in right {
            #expect(response.status == 200 && response.isWhole && response.body.count > 2_000_000, "\(response.status)")
        }
        // How long all clients together take where nobody is killed: the kill is to fall within.
        let durations = try Self.paths.map { path in
            let start = Date()
            for response in try ask(site, path, meanwhile: {}) { #expect(response.isWhole) }
            return Date().timeIntervalSince(start)
        }

        var generator = SeededGenerator(seed: 61)
        var tally = Tally()
        for round in 0..<200 where tally.cut[0] + tally.cut[1] < Self.wanted {
            // Documents are killed mostly while PostgreSQL reads them, and then asked for again: their sending is short.
            let path = round % 3 / 2
            let delay = Double.random(in: 0...durations[path], using: &generator)
            let responses = try askAndKill(site, Self.paths[path], after: delay)
            for response in responses { tally.add(response, path, right: right[path].body) }
        }
        #expect(tally.cut[0] + tally.cut[1] >= Self.wanted, "\(tally)")
    }

    private struct Tally {
        /// How many had a beginning of the body, by path.
        var cut = [0, 0]
        /// How many had nothing at all: the head had reached nginx, but no more.
        var empty = 0
        /// How many were whole: before the kill, or by another worker after it.
        var whole = 0

        mutating func add(_ response: Client.Response, _ path: Int, right: [UInt8]) {
            if response.isWhole {
                whole += 1
                // A worker that was lost before its first byte can be lost again at the second try.
                let isRight =
                    response.status == 200 ? isBeginning(response.body, of: right) && response.body.count == right.count : response.isUnavailable
                #expect(isRight, "\(response.status) \(response.body.count) \(response.text.prefix(200))")
            } else if response.body.isEmpty {
                empty += 1
            } else {
                cut[path] += 1
                let isRight = response.status == 200 && isBeginning(response.body, of: right) && response.body.count < right.count
                #expect(isRight, "\(response.status) \(response.body.count) \(response.text.prefix(200))")
            }
        }

        /// By the C function, which takes no time in a debug build either.
        private func isBeginning(_ bytes: [UInt8], of all: [UInt8]) -> Bool { bytes.count <= all.count && memcmp(bytes, all, bytes.count) == 0 }
    }

    /// Asks with all clients at once, does something else when all have asked, and returns what they got.
    private func ask(_ site: Site, _ path: String, meanwhile: () throws -> Void) throws -> [Client.Response] {
        let begun = Atomic<Int>(0)
        let clients = (0..<Self.workers).map { _ in
            Background {
                let socket = try site.client.begin(path, token: site.token)
                begun.add(1, ordering: .relaxed)
                return socket.response()
            }
        }
        try eventually(within: 30) { begun.load(ordering: .relaxed) == Self.workers }
        try meanwhile()
        return try clients.map { try $0.value() }
    }

    /// Asks, and kills all workers a while later.
    private func askAndKill(_ site: Site, _ path: String, after seconds: Double) throws -> [Client.Response] {
        let victims = site.deployment.workers
        let responses = try ask(site, path) {
            usleep(UInt32(seconds * 1_000_000))
            for victim in victims { kill(victim, SIGKILL) }
        }
        // A master that has seen no crash: the brake on the next round would be as long as the test.
        site.deployment.master.send(SIGTERM)
        _ = site.deployment.master.wait()
        try site.deployment.startMaster()
        try eventually(within: 30) { try site.client.get("nothing").status == 404 && site.deployment.workers.count == Self.workers }
        return responses
    }

    private func fill(_ site: Site) throws {
        let tenant = try site.database.demoTenant()
        try site.database.sql(
            """
            insert into users (tenant_id, full_name, email, role)
            select $1::uuid, 'Number ' || i || repeat(' of many', 5), i || '@example.com', 'rep' from generate_series(1, 20000) i
            """,
            tenant
        )
        try site.database.sql(
            """
            with session as (
                insert into sessions (tenant_id, id, user_id, scenario_id, status, started_at)
                select tenant_id, $1::uuid, user_id, scenario_id, status, started_at from sessions where tenant_id = $2::uuid limit 1
                returning tenant_id, id
            )
            insert into transcripts (tenant_id, session_id, turns)
            select tenant_id, id, (
                select json_agg(json_build_object('role', 'rep', 'message', md5(i::text) || md5(i::text), 'time', i)) from generate_series(1, 40000) i
            )
            from session
            """,
            Self.transcript,
            tenant
        )
    }
}
