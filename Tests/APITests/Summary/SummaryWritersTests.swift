import Postgres
import Support
import Synchronization
import Testing
import Waiting

@Suite("The summary's sums, with many writers on one tenant")
struct SummaryWritersTests {
    private static let writerCount = 16
    private static let transactionCount = Run.isLong ? 1_500 : 40

    /// Sessions that all writers change, the lesser id first, so that rows cannot be waited for in a circle; those of one tenant, in a few hours.
    private static let sharedCount = 60

    private let database: Support.Database

    init() throws {
        database = try KeptSums().database
        // One in four appended deltas brings a folding, not one in 256.
        try foldMoreOften("random() * 256", "random() * 4")
    }

    private func foldMoreOften(_ rate: String, _ other: String) throws {
        for function in ["count_sessions", "count_changed", "copy_scores"] {
            let found = try database.value("select pg_get_functiondef($1::text::regproc)", function)
            let source = try #require(found)
            #expect(source.contains(rate))
            try database.script(source.replacing(rate, with: other))
        }
    }

    @Test("a REPEATABLE READ writer is not failed by who has folded since the writer's snapshot")
    func foldedSince() throws {
        try foldMoreOften("random() * 4", "random() * 0")
        let insertion = """
            insert into sessions (tenant_id, user_id, scenario_id, status, started_at)
            values ('\(KeptSums.a)', key(1), key(1), 'scored', '2026-03-01 22:30:00+00')
            """
        var writer = try database.connect(user: "debrief_platform")
        try writer.execute(script: "begin isolation level repeatable read; select from sessions", until: .after(milliseconds: 60_000))
        try database.script(insertion)
        #expect(try database.value("select count(*) from session_deltas where tenant_id = '\(KeptSums.a)'") == "0")
        try writer.execute(script: "\(insertion); commit", until: .after(milliseconds: 60_000))
        #expect(try database.sql(KeptSums.differences) == [])
    }

    @Test("a score that was taken away since the snapshot is put back, or its writer refused, never left out", arguments: ["insert", "move"])
    func takenAwaySince(_ change: String) throws {
        // Two scored sessions with the same score: what the writer sees of them is what it is about to write.
        let cards = try database.sql(
            """
            select s.id::text from sessions s join scorecards c on c.tenant_id = s.tenant_id and c.session_id = s.id
            where s.tenant_id = $1::uuid and s.status = 'scored' order by s.id limit 2
            """,
            KeptSums.a
        )
        let ids = cards.compactMap { $0.first ?? nil }
        try #require(ids.count == 2)
        try database.sql(
            "update scorecards set overall_score = 60 where tenant_id = $1::uuid and session_id in ($2::uuid, $3::uuid)",
            KeptSums.a,
            ids[0],
            ids[1]
        )

        var writer = try database.connect(user: "debrief_platform")
        try writer.execute(script: "begin isolation level repeatable read; select from sessions", until: .after(milliseconds: 60_000))
        try database.sql("delete from scorecards where tenant_id = $1::uuid and session_id = $2::uuid", KeptSums.a, ids[1])
        let script =
            change == "insert"
            ? """
            insert into scorecards (tenant_id, session_id, overall_score, verdict, headline, categories, callouts)
            values ('\(KeptSums.a)', '\(ids[1])', 60, 'verdict', 'headline', '[]', '[]'); commit
            """
            : "update scorecards set session_id = '\(ids[1])' where tenant_id = '\(KeptSums.a)' and session_id = '\(ids[0])'; commit"
        let refusal = try writer.refusal(of: script)
        #expect(refusal == nil || refusal == "40001")
        #expect(try database.sql(KeptSums.differences) == [])
    }

    /// One transaction: one to four sessions, each of them locked, where it is there, before anything of it is changed.
    private static func transaction(writer: Int, _ random: inout SeededGenerator) -> String {
        // Rows of nobody else's, for those who would be refused with a serialization failure otherwise.
        let isAlone = writer >= writerCount - 4
        let ids = (0..<Int.random(in: 1...4, using: &random)).map { _ in Int.random(in: 1...sharedCount, using: &random) }
        let steps = Set(ids).sorted().map { step((isAlone ? 1_000 * (1 + writer) : 100) + $0, &random) }
        let end = Int.random(in: 0..<8, using: &random) == 0 ? "rollback" : "commit"
        return "begin isolation level \(isAlone ? "repeatable read" : "read committed"); \(steps.joined(separator: "; ")); \(end)"
    }

    private static func step(_ number: Int, _ random: inout SeededGenerator) -> String {
        let hour = "'2026-04-01 20:30:00+00'::timestamptz + \(Int.random(in: 0..<8, using: &random)) * interval '1 hour'"
        let status = ["in_progress", "completed", "scored", "scored"][Int.random(in: 0..<4, using: &random)]
        let score = Int.random(in: 0...100, using: &random)
        let session = "tenant_id = '\(KeptSums.a)' and id = key(\(number))"
        // In one statement, since a session that is not there yet cannot be locked first: the scorecard that has come with it meanwhile would be.
        let deletion = """
            with s as (select tenant_id, id from sessions where \(session) for update)
            delete from scorecards c using s where c.tenant_id = s.tenant_id and c.session_id = s.id
            """
        let insertion = """
            insert into sessions (tenant_id, id, user_id, scenario_id, status, started_at)
            values ('\(KeptSums.a)', key(\(number)), key(1), key(1), '\(status)', \(hour))
            on conflict (tenant_id, id) do update set status = excluded.status, started_at = excluded.started_at
            """
        let judgement = """
            insert into scorecards (tenant_id, session_id, overall_score, verdict, headline, categories, callouts)
            select tenant_id, id, \(score), 'x', 'x', '[]', '[]' from sessions where \(session) for update
            on conflict (tenant_id, session_id) do update set overall_score = excluded.overall_score
            """
        let locked = "select from sessions where \(session) for update"
        switch Int.random(in: 0..<8, using: &random) {
        case 0, 1: return insertion
        case 2, 3: return "\(insertion); \(judgement)"
        case 4: return "\(judgement); update sessions set status = 'scored' where \(session)"
        case 5: return "\(locked); update sessions set started_at = \(hour) where \(session)"
        case 6: return deletion
        default: return "\(locked); delete from sessions where \(session)"
        }
    }

    @Test("16 writers on one tenant end in no deadlock and lose no count, and whoever reads meanwhile reads what the rows say")
    func writers() throws {
        let database = database
        let finished = Counter()
        let writers = (0..<Self.writerCount).map { writer in
            Background {
                defer { finished.add() }
                var connection = try database.connect(user: "debrief_platform")
                var random = SeededGenerator(seed: UInt64(writer))
                for _ in 0..<Self.transactionCount {
                    try connection.execute(script: Self.transaction(writer: writer, &random), until: .after(milliseconds: 60_000))
                }
            }
        }
        var reader = try SummaryReader(database)
        var reads = 0
        while finished.value < Self.writerCount {
            let read = try reader.read(tenant: KeptSums.a, from: "2026-04-01T20:45:00Z", to: "2026-04-02T02:15:00Z")
            #expect(read.answered == read.counted)
            reads += 1
        }
        for writer in writers { try writer.value() }
        #expect(reads > 5)
        #expect(try database.sql(KeptSums.differences) == [])
        // Otherwise there was nothing to be lost.
        #expect(try database.value("select count(*) > 100 from sessions where started_at > '2026-04-01'") == "t")
        #expect(try database.value("select sum(sessions) > 20 from session_hours where hour > '2026-04-01'") == "t")
        try database.script(KeptSums.fold)
        #expect(try database.sql(KeptSums.differences) == [])
    }

    /// How many have finished.
    private final class Counter: Sendable {
        private let count = Atomic(0)

        var value: Int { count.load(ordering: .relaxed) }

        func add() { count.add(1, ordering: .relaxed) }
    }
}
