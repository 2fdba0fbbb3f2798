import Support
import Testing

// In sequence, since TRUNCATE locks what the other cases write.
@Suite("The summary's sums, whatever is written", .serialized)
struct SummaryWritesTests {
    private static let sums = Swift.Result { try KeptSums() }

    /// A transaction of the platform's, and whether the summary of some hour is another after it.
    struct Case: Sendable, CustomTestStringConvertible {
        let name: String
        let sql: String
        var isChange = true
        var role = "debrief_platform"
        var isolation = "read committed"

        var testDescription: String { name }
    }

    @Test(
        "after each kind of write, hours and deltas are what the rows say, days what hours say, and scores what scorecards say",
        arguments: [Case].ofSessions + .ofScorecards + .ofBoth + .ofTransactions
    )
    func sumsAreExact(_ test: Case) throws {
        let database = try Self.sums.get().database
        try database.script("begin isolation level \(test.isolation)")
        defer { try? database.script("rollback") }
        let before = try database.value(KeptSums.digest)
        let appended = try database.value("select count(*) from session_deltas")
        try database.script("set local role \(test.role); \(test.sql)")
        try database.script("set local role none; reset timezone")
        #expect(try (database.value(KeptSums.digest) != before) == test.isChange)
        if !test.isChange { #expect(try database.value("select count(*) from session_deltas") == appended) }
        #expect(try database.sql(KeptSums.differences) == [])
        try database.script(KeptSums.fold)
        #expect(try database.sql(KeptSums.differences) == [])
        if test.isolation == "read committed" { #expect(try database.value("select count(*) from session_deltas") == "0") }
    }

    // Of roles that row security does not bind: PostgreSQL refuses COPY FROM to all others.
    @Test("a COPY into sessions and scorecards counts as any other write")
    func copy() throws {
        let database = try KeptSums().database
        let sessions = (100..<400).map { number in
            let tenant = number % 2 == 0 ? KeptSums.a : KeptSums.b
            return "\(tenant),\(key(number)),\(key(1)),\(key(1)),scored,2026-03-0\(1 + number % 3) \(10 + number % 7):30:00+00"
        }
        let scorecards = (100..<400).map { "\($0 % 2 == 0 ? KeptSums.a : KeptSums.b),\(key($0)),\($0 % 101),x,x,[],[]" }
        let input =
            "copy sessions (tenant_id, id, user_id, scenario_id, status, started_at) from stdin csv;\n\(sessions.joined(separator: "\n"))\n\\.\n"
            + "copy scorecards (tenant_id, session_id, overall_score, verdict, headline, categories, callouts) from stdin csv;\n"
            + "\(scorecards.joined(separator: "\n"))\n\\.\n"
        let psql = ["/usr/bin/psql", "-qX", "-v", "ON_ERROR_STOP=1", "-d", database.conninfo(user: "postgres"), "-f", "-"]
        let copied = try run(psql, input: input)
        #expect(copied.status == 0, "\(copied.errors)")
        #expect(try database.value("select count(*) from sessions where score is not null and id >= key(100)") == "300")
        #expect(try database.sql(KeptSums.differences) == [])
    }

    @Test("scorecards alone are truncated in a READ COMMITTED transaction only, where none can come after the snapshot")
    func truncatedAboveReadCommitted() throws {
        let database = try Self.sums.get().database
        try database.script("begin isolation level repeatable read")
        defer { try? database.script("rollback") }
        #expect(throws: (any Error).self) { try database.script("truncate scorecards") }
    }

    private func key(_ number: Int) -> String {
        let digits = String(number, radix: 16)
        return "00000000-0000-0000-0000-\(String(repeating: "0", count: 12 - digits.count))\(digits)"
    }
}
