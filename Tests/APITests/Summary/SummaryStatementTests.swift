import Support
import Testing

@testable import API

@Suite("The summary's statement, against a count of the rows")
struct SummaryStatementTests {
    private static let sums = Swift.Result { try KeptSums() }

    private static let periods = [
        // On the full hour, and a microsecond beside it.
        ("2026-03-01T10:00:00Z", "2026-03-02T12:59:59.999999Z"), ("2026-03-01T10:00:00Z", "2026-03-02T13:00:00Z"),
        ("2026-03-01T22:59:59.999999Z", "2026-03-03T01:00:00.000006Z"), ("2026-03-01T23:00:00Z", "2026-03-03T01:00:00Z"),
        ("2026-03-02T09:00:00.000001Z", "2026-03-02T18:59:59.999998Z"), ("2026-03-02T09:00:00Z", "2026-03-02T19:00:00.000001Z"),
        ("2026-03-01T08:59:59.999999Z", "2026-03-02T09:00:00.000000Z"), ("2026-03-01T09:00:00.000001Z", "2026-03-02T08:59:59.999999Z"),
        // Within one hour, a moment, and two hours without a whole one.
        ("2026-03-01T22:10:00Z", "2026-03-01T22:59:59.999999Z"), ("2026-03-02T09:00:00Z", "2026-03-02T09:00:00.000001Z"),
        ("2026-03-01T22:59:59.999999Z", "2026-03-01T22:59:59.999999Z"), ("2026-03-02T08:59:59.999999Z", "2026-03-02T09:30:00Z"),
        // Over midnight, whole days and years.
        ("2026-03-01T20:00:00Z", "2026-03-02T10:00:00Z"), ("2026-03-02T00:00:00Z", "2026-03-02T23:59:59.999999Z"),
        ("2026-03-01T00:00:00Z", "2026-03-03T23:59:59.999999Z"), ("2025-01-01T00:00:00Z", "2027-06-30T12:34:56.789Z"),
        // The ends of time, and nothing.
        ("0001-01-01T00:00:00Z", "9999-12-31T23:59:59.999999Z"), ("0001-01-01T00:00:00Z", "0001-01-01T00:00:00Z"),
        ("0001-01-01T00:00:00.000001Z", "9999-12-31T23:59:59.999998Z"), ("9999-12-31T23:00:00Z", "9999-12-31T23:59:59.999999Z"),
        ("9999-12-31T23:59:59.999999Z", "9999-12-31T23:59:59.999999Z"), ("1999-12-31T23:59:59.999999Z", "2000-01-01T00:00:00Z"),
    ]

    @Test("a period has what its rows have, whatever lies beside it and whoever else has rows", arguments: periods)
    func summary(from: String, to: String) throws {
        var reader = try SummaryReader(Self.sums.get().database)
        for tenant in [KeptSums.a, KeptSums.b, "00000000-0000-0000-0000-00000000000c"] {
            let read = try reader.read(tenant: tenant, from: from, to: to)
            #expect(read.answered == read.counted, "tenant \(tenant)")
        }
    }

    @Test("any period between moments at which something begins or ends has what its rows have")
    func allSummaries() throws {
        let sums = try KeptSums()
        // The tenants are no longer alike.
        try sums.database.script(
            "delete from sessions where tenant_id = '\(KeptSums.b)' and id < key(9); \(KeptSums.fold);"
                + "update scorecards set overall_score = 7 where id = key(13)"
        )
        var reader = try SummaryReader(sums.database)
        let moments = [1, 2, 3].flatMap { day in
            ["00:00:00", "08:59:59.999999", "09:00:00.000001", "19:00:00.000002", "22:59:59.999999", "23:00:00"].map { "2026-03-0\(day)T\($0)Z" }
        }
        var total: Int64 = 0
        for (index, from) in moments.enumerated() {
            for to in moments[index...] {
                let read = try reader.read(tenant: index % 2 == 0 ? KeptSums.a : KeptSums.b, from: from, to: to)
                #expect(read.answered == read.counted, "\(from) to \(to)")
                total += (read.counted.first ?? nil) ?? 0
            }
        }
        #expect(total > 500)
    }

    @Test("a day so busy that users are looked for in it first has the same users in the end")
    func busyDay() throws {
        let sums = try KeptSums()
        try sums.database.script(
            """
            insert into sessions (tenant_id, user_id, scenario_id, status, started_at)
            select '\(KeptSums.a)', key(1), key(1), 'failed', '2026-03-02 00:00:00+00'::timestamptz + n * interval '1 minute'
            from generate_series(0, 1199) n;
            \(KeptSums.fold)
            """
        )
        let busy = "select true from session_days where tenant_id = '\(KeptSums.a)' and day = '2026-03-02Z' and sessions >= 1000"
        #expect(try sums.database.value(busy) == "t")
        var reader = try SummaryReader(sums.database)
        let inIt = [("2026-03-01T00:00:00Z", "2026-03-02T00:00:00Z"), ("2026-03-02T18:00:00Z", "2026-03-02T20:00:00Z")]
        for (from, to) in Self.periods + inIt {
            let read = try reader.read(tenant: KeptSums.a, from: from, to: to)
            #expect(read.answered == read.counted, "\(from) to \(to)")
        }
    }
}
