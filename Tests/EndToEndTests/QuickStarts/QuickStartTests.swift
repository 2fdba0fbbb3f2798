import Documents
import Foundation
import Support
import Testing

/// The programs for integrators, each as it is published: run by the line that is published with it, in a folder that holds nothing else.
@Suite("Quick starts", .serialized)
struct QuickStartTests {
    private static let place = Result { try QuickStartPlace() }
    private let place: QuickStartPlace

    init() throws { place = try Self.place.get() }

    @Test("are in the README as they are, each with the line that runs it")
    func readme() throws {
        let readme = try String(contentsOfFile: "\(Run.repository)/README.md", encoding: .utf8)
        let beginning = try #require(readme.range(of: "\n### Quick starts\n"))
        let section = readme[beginning.upperBound...].split(separator: "\n## ", maxSplits: 1)[0]
        var blocks: [String] = []
        for start in QuickStart.all {
            let block = start.text.split(separator: "\n", omittingEmptySubsequences: false).dropLast().map { $0.isEmpty ? "" : "    \($0)" }
            blocks.append("**\(start.title)**: `\(start.command)`\n\n\(block.joined(separator: "\n"))\n")
        }
        #expect(section.hasSuffix("\n\n" + blocks.joined(separator: "\n")))
    }

    @Test("print all sessions, each once and in order, page by page, and wait where they are over the limit", arguments: QuickStart.all)
    func all(start: QuickStart) throws {
        let refusedBefore = place.refused
        let ran = try place.run(start, token: place.makeToken())
        try #require(ran.status == 0, "\(ran.errors)")
        #expect(ran.errors.isEmpty)
        let wanted = try place.sessions()
        #expect(wanted.count > 400)
        switch start.file {
        case "sessions_csv.py": try expectTable(ran.files["sessions.csv"], wanted)
        case "sessions.swift": #expect(lines(ran.output) == wanted.map { "\($0.startedAt) \($0.id) \($0.status)" })
        default:
            let rows = lines(ran.output).map { JSONValue(parsing: Array($0.utf8)) }
            #expect(rows.map { $0?["id"]?.string } == wanted.map(\.id))
            #expect(rows.allSatisfy { $0?.object?.count == 8 })
        }
        #expect(place.refused > refusedBefore, "it was never over the limit")
        #expect(Set(ran.files.keys) == (start.file == "sessions_csv.py" ? ["sessions.csv"] : []))
    }

    /// A table with the mark of UTF-8, a line a session, and no cell that a spreadsheet would run.
    private func expectTable(_ file: String?, _ wanted: [QuickStartPlace.Session]) throws {
        let file = try #require(file)
        #expect(file.unicodeScalars.first == "\u{feff}")
        let rows = file.dropFirst().components(separatedBy: "\r\n")
        #expect(rows.first == "id,user,scenario,status,started_at,ended_at,duration_seconds" && rows.last == "")
        #expect(rows.dropFirst().dropLast().map { String($0.prefix(36)) } == wanted.map(\.id))
        #expect(file.contains(#","'=HYPERLINK(""http://x"",""y"")","#) && file.contains("Łucja Zielińska"))
        #expect(file.contains("Expired Listing — Burned by the Last Agent"))
        #expect(rows.contains { $0.hasSuffix(",2026-05-06 17:00:00,2026-05-06 17:07:00,420") })
    }

    @Test("say what is wrong with a token, and which request it was, and exit with 1", arguments: QuickStart.all)
    func refused(start: QuickStart) throws {
        let token = "debrief_" + String(repeating: "0", count: 46)
        let ran = try place.run(start, token: token)
        #expect(ran.status == 1 && ran.output.isEmpty)
        let wanted = /the token is malformed, unknown, expired or revoked \(request [0-9a-f]{32}\)\n/
        #expect(ran.errors.wholeMatch(of: wanted) != nil, "\(ran.errors)")
        #expect(ran.files.isEmpty || ran.files.keys.contains("sessions.csv") == false)
    }

    @Test("say that nobody is there, and exit with what is no success", arguments: QuickStart.all)
    func nobody(start: QuickStart) throws {
        let token = try place.makeToken()
        let ran = try place.run(start, token: token, url: "http://127.0.0.1:\(try freePorts(1)[0])")
        #expect(ran.status != 0 && ran.output.isEmpty)
        #expect(!ran.errors.isEmpty && !ran.errors.contains(token.dropFirst(16)) && !ran.errors.contains("Traceback"), "\(ran.errors)")
    }

    private func lines(_ text: String) -> [String] { text.split(separator: "\n").map(String.init) }
}

/// The demo tenant with 300 sessions more, behind nginx at a port, and few calls a second.
private struct QuickStartPlace: Sendable {
    struct Session {
        let id, startedAt, status: String
    }

    private let database: Database
    private let deployment: Deployment
    private let url: String

    init() throws {
        database = try Cluster.shared.get().makeDatabase()
        // Ties, a time with a fraction, and a name that a spreadsheet would run.
        try database.sql(
            """
            with added as (
                insert into users (tenant_id, full_name, email, role) values ($1, '=HYPERLINK("http://x","y")', 'x', 'rep') returning id
            )
            insert into sessions (tenant_id, user_id, scenario_id, status, started_at)
            select $1, added.id, '10000000-0000-0000-0000-000000000001', 'completed', '2026-04-01T10:00:00.5Z'::timestamptz + (n / 60) * interval '1 day'
            from added, generate_series(1, 300) n
            """,
            database.demoTenant()
        )
        var site = NginxSite()
        (site.rate, site.port) = (1, try freePorts(1)[0])
        url = "http://127.0.0.1:\(site.port ?? 0)"
        deployment = try Deployment(database, site: site)
    }

    /// Another token each time, since calls are counted by it.
    func makeToken() throws -> String { try database.makeToken(tenant: database.demoTenant()) }

    /// All sessions, as the API has them.
    func sessions() throws -> [Session] {
        let text =
            #"to_char(started_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS') || case when extract(microseconds from started_at) % 1000000 = 0"#
        let sql = """
            select id::text, \(text) then '' else to_char(started_at, '.US') end || 'Z', status
            from sessions where tenant_id = $1 order by started_at desc, id desc
            """
        return try database.sql(sql, database.demoTenant()).map { Session(id: $0[0] ?? "", startedAt: $0[1] ?? "", status: $0[2] ?? "") }
    }

    /// How many calls were over the limit.
    var refused: Int { deployment.accessLog.split(separator: "\n").count { $0.contains(#""status":429,"#) } }

    /// Runs it as an integrator would; returns what it printed, and the files that it has made.
    func run(
        _ start: QuickStart,
        token: String,
        url: String? = nil
    ) throws -> (status: Int32?, output: String, errors: String, files: [String: String]) {
        let folder = Run.makeFolder("quick", for: .invoker)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        try start.text.write(toFile: "\(folder)/\(start.file)", atomically: false, encoding: .utf8)
        let own = ProcessInfo.processInfo.environment
        var environment = ["DEBRIEF_URL": url ?? self.url, "DEBRIEF_TOKEN": token, "LC_ALL": "C.UTF-8"]
        for name in ["PATH", "HOME"] { environment[name] = own[name] }
        if let python = own["DEBRIEF_TEST_PYTHON"] {
            environment["PATH"] = "\((python as NSString).deletingLastPathComponent):\(own["PATH"] ?? "/usr/bin:/bin")"
        }
        let command = ["/usr/bin/env", "--chdir", folder, "/bin/bash", "-c", start.command]
        let ran = try Support.run(command, environment: environment, seconds: 120)
        var files: [String: String] = [:]
        for name in try FileManager.default.contentsOfDirectory(atPath: folder) where name != start.file {
            files[name] = String(decoding: try Data(contentsOf: URL(filePath: "\(folder)/\(name)")), as: UTF8.self)
        }
        return (ran.status, ran.output, ran.errors, files)
    }
}

extension QuickStart: CustomTestStringConvertible {
    /// A test's output names it, and does not repeat the program.
    public var testDescription: String { title }
}
