import Postgres
import Support
import Testing

@testable import API

@Suite("The plan of each statement, on a database with one huge tenant and two thousand tiny ones")
struct PlanTests {
    /// The arguments that each statement is executed with, by its name.
    private static let arguments: [String: [[String]]] = {
        let start = "infinity"
        let deep = "2024-06-01T00:00:00Z"
        let last = "ffffffff-ffff-ffff-ffff-ffffffffffff"
        let zero = "00000000-0000-0000-0000-000000000000"
        let one = "00000000-0000-0000-0000-000000000001"
        return [
            "list_sessions": [
                [start, last, "-infinity", "51"],
                [deep, zero, "-infinity", "51"],
                [deep, last, "2024-05-01T00:00:00Z", "51"],
                ["-infinity", zero, "-infinity", "51"],
            ],
            "list_sessions_of_user": [
                [start, last, "-infinity", "51", one],
                [deep, zero, "-infinity", "51", one],
                [deep, last, "2024-05-01T00:00:00Z", "51", one],
                [start, last, "-infinity", "51", last],
            ],
            "get_session": [[one], [last]],
            // The scorecard's own id, its session's, and neither.
            "get_scorecard": [["00000000-0000-0000-0000-0000000f4241"], [one], [last]],
            "list_scenarios": [[]],
            "list_users": [[]],
            // With both edges, hours and days, and an empty period.
            "summarize": [
                [
                    "2025-11-30T22:30:00Z", "2025-12-31T01:29:59Z", "2025-11-30T23:00:00Z", "2025-12-01T00:00:00Z", "2025-12-31T00:00:00Z",
                    "2025-12-31T01:00:00Z",
                ],
                ["2027-01-01T00:00:00Z", "2027-02-01T00:00:00Z"] + Array(repeating: "2027-01-01T00:00:00Z", count: 4),
            ],
        ]
    }()

    /// An endpoint with one of its statements.
    struct Case: Sendable, CustomTestStringConvertible {
        let endpoint: Endpoint
        let statement: Statement
        let tenant: String

        var testDescription: String { "\(statement.name), \(tenant == PlanDatabase.huge ? "huge" : "tiny") tenant" }

        /// Every statement of every endpoint, for both tenants.
        static let all = Endpoint.all.flatMap { endpoint in
            endpoint.statements.flatMap { statement in
                [PlanDatabase.huge, PlanDatabase.tiny].map { Case(endpoint: endpoint, statement: statement, tenant: $0) }
            }
        }

        static func huge(_ name: String) throws -> Case {
            try #require(all.first { $0.statement.name == name && $0.tenant == PlanDatabase.huge })
        }
    }

    /// The plans of a case, one for each list of arguments.
    private func plans(_ test: Case) throws -> [Plan] {
        let arguments = try #require(Self.arguments[test.statement.name], "a new statement: say here what it is executed with")
        let database = try PlanDatabase.shared.get()
        return try arguments.map { try database.explain(test.statement, $0, tenant: test.tenant) }
    }

    @Test("a statement reads each table by an index whose condition begins with the tenant", arguments: Case.all)
    func tenantLeadsEachScan(_ test: Case) throws {
        for plan in try plans(test) {
            #expect(!plan.scans.isEmpty)
            for scan in plan.scans {
                #expect(["Index Scan", "Index Only Scan"].contains(scan.type), "\(scan)")
                #expect(scan.indexCondition.contains("(tenant_id = $"), "\(scan)")
            }
        }
    }

    @Test("a list comes in the order of its index, without a sort", arguments: Case.all.filter { $0.endpoint.shape != .one })
    func listsAreNotSorted(_ test: Case) throws {
        for plan in try plans(test) {
            for node in plan.nodes { #expect(!node.type.contains("Sort") && !node.type.contains("Materialize"), "\(node)") }
        }
    }

    @Test("a page of sessions is one index scan that reads no row in vain", arguments: Case.all.filter { $0.endpoint.shape == .page })
    func pageIsOneScan(_ test: Case) throws {
        for plan in try plans(test) {
            #expect(plan.scans.count == 1)
            let scan = try #require(plan.scans.first)
            #expect(scan.index == (test.statement.parameters.count == 5 ? "sessions_by_user_and_start" : "sessions_by_start"))
            #expect(scan.indexCondition.contains("(ROW(started_at, id) < ROW($1, $2))"), "\(scan)")
            #expect(scan.indexCondition.contains("(started_at >= $3)"), "\(scan)")
            #expect(scan.filter == nil, "\(scan)")
            // 51 rows in no order in the heap, and the way down the index.
            #expect(plan.buffers <= 60, "\(scan)")
        }
    }

    @Test("the page of a huge tenant is full, wherever it begins", arguments: ["list_sessions", "list_sessions_of_user"])
    func hugePagesAreFull(_ name: String) throws {
        let plans = try plans(Case.huge(name))
        // Otherwise the bounds above would bound nothing.
        #expect(plans.prefix(2).allSatisfy { $0.rows == 51 })
    }

    @Test("one row costs a few pages, whether it is there or not", arguments: Case.all.filter { $0.endpoint.takesID })
    func oneRowIsCheap(_ test: Case) throws {
        // Four index probes of four pages each at most, and the rows.
        for plan in try plans(test) { #expect(plan.buffers <= 20, "\(plan.nodes)") }
    }

    @Test("what a tiny tenant costs does not depend on the huge one", arguments: Case.all.filter { $0.tenant == PlanDatabase.tiny })
    func tinyTenantIsCheap(_ test: Case) throws {
        // An index probe a row at the very worst.
        for plan in try plans(test) { #expect(plan.buffers <= 4 * PlanDatabase.tinyRowCount, "\(plan.nodes)") }
    }

    @Test("an empty period costs a few pages")
    func emptyPeriodIsCheap() throws {
        let plans = try plans(Case.huge("summarize"))
        let plan = try #require(plans.last)
        // The way down an index for each of the edges, the sums and the deltas, and no user's.
        #expect(plan.buffers <= 24, "\(plan.nodes)")
    }

    @Test("the caller's statement is an index probe, whatever it finds", arguments: ["7", "no token"])
    func callerIsCheap(_ token: String) throws {
        let database = try PlanDatabase.shared.get()
        let found = try database.database.value("select sha256($1::text::bytea)::text", token)
        let hash = try #require(found)
        for scope in allScopes {
            let plan = try database.explain(Caller.statement, [hash, scope], tenant: "")
            #expect(plan.rows == 1)
            #expect(plan.buffers <= 6, "\(plan.nodes)")
        }
    }

    @Test("a statement has one plan for all values, as force_generic_plan makes it", arguments: Case.all.filter { !$0.statement.parameters.isEmpty })
    func planIsGeneric(_ test: Case) throws {
        for plan in try plans(test) {
            // A plan that was made for one value has it in place of the parameter's number.
            #expect(plan.scans.contains { $0.indexCondition.contains("$1") }, "\(plan.nodes)")
        }
    }
}
