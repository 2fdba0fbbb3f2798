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
                [start, last, "2027-01-01T00:00:00Z", "51"],
                [PlanDatabase.tie.startedAt, PlanDatabase.tie.id, "-infinity", "51"],
            ],
            "list_sessions_of_user": [
                [start, last, "-infinity", "51", one],
                [deep, zero, "-infinity", "51", one],
                [deep, last, "2024-05-01T00:00:00Z", "51", one],
                [start, last, "-infinity", "51", last],
                [PlanDatabase.tie.startedAt, PlanDatabase.tie.id, "-infinity", "51", one],
            ]
                + [PlanDatabase.rareUser, PlanDatabase.formerUser, PlanDatabase.idleUser].flatMap { user in
                    [
                        [start, last, "-infinity", "51", user],
                        [deep, zero, "-infinity", "51", user],
                        // A month in which one has little and the others nothing, and years with all that there is.
                        [deep, last, "2024-05-01T00:00:00Z", "51", user],
                        [start, last, "2023-01-01T00:00:00Z", "51", user],
                    ]
                },
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

    /// What a page is asked for beside where it begins.
    struct Filter: Sendable, CustomTestStringConvertible {
        var user: String?
        var from = "-infinity"

        var testDescription: String { "user \(user ?? "any"), from \(from)" }

        static let all = [nil, PlanDatabase.busyUser].flatMap { user in
            ["-infinity", "2023-04-10T00:00:00Z"].map { Filter(user: user, from: $0) }
        }

        /// The plan of the page that begins below an instant and an id.
        func page(below startedAt: String, _ id: String, tenant: String = PlanDatabase.huge) throws -> Plan {
            let endpoint = Endpoint.listSessions
            let statement = try #require(endpoint.statements.first { $0.parameters.count == (user == nil ? 4 : 5) })
            return try PlanDatabase.shared.get().explain(statement, [startedAt, id, from, "51"] + (user.map { [$0] } ?? []), tenant: tenant)
        }
    }

    @Test("a page deep in the list costs what the first costs, with any filters", arguments: Filter.all)
    func deepPagesCostTheSame(_ filter: Filter) throws {
        let first = try filter.page(below: "infinity", "ffffffff-ffff-ffff-ffff-ffffffffffff")
        #expect(first.rows == 51)
        let places = [
            // `to` alone, cursors between two instants and within one, and the last full page.
            ("2025-06-01T00:00:00Z", "ffffffff-ffff-ffff-ffff-ffffffffffff"), ("2024-06-01T00:00:00Z", "00000000-0000-0000-0000-000000000000"),
            PlanDatabase.tie, ("2023-04-12T00:00:00Z", "00000000-0000-0000-0000-000000000000"),
        ]
        for place in places {
            let deep = try filter.page(below: place.0, place.1)
            #expect(deep.rows == 51, "\(place)")
            // Two rows that stand on one page of the heap, or entries on two of the index, make a difference of one.
            #expect(abs(deep.buffers - first.buffers) <= 5, "\(place): \(deep.buffers) buffers, the first page \(first.buffers)")
        }
    }

    @Test(
        "what is not there costs a few pages, wherever it is looked for",
        arguments: [PlanDatabase.formerUser, PlanDatabase.idleUser],
        ["-infinity", "2024-05-01T00:00:00Z"]
    )
    func emptyPagesAreCheap(_ user: String, from: String) throws {
        // The former user has nothing since 2024, the other never had.
        let isNeverThere = user == PlanDatabase.idleUser
        let plan = try Filter(user: user, from: isNeverThere ? from : "2024-05-01T00:00:00Z").page(below: "2025-06-01T00:00:00Z", PlanDatabase.tie.id)
        #expect(plan.rows == 0)
        #expect(plan.buffers <= 6, "\(plan.nodes)")
    }

    @Test("the list of users reads one session a user, however many they have")
    func usersReadOneSessionEach() throws {
        let plan = try #require(try plans(Case.huge("list_users")).first)
        #expect(plan.rows == 1_002)
        let sessions = plan.scans.filter { $0.relation == "sessions" }
        #expect(!sessions.isEmpty && sessions.map(\.rows).reduce(0, +) <= plan.rows, "\(sessions)")
        // Per user the way down the index, three levels and the visibility map, and the user.
        #expect(plan.buffers <= 6 * plan.rows, "\(plan.nodes)")
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

    @Test("the summary of a month reads the rows of two hours at most, a page an hour or a day of sums, and one session a user")
    func summaryReadsSums() throws {
        let plan = try #require(try plans(Case.huge("summarize")).first)
        let rows = plan.scans.filter { $0.relation == "sessions" && $0.type == "Index Scan" }
        // One session each nine minutes: of the two edges, half an hour each.
        #expect(rows.count == 2 && rows.map(\.rows).reduce(0, +) <= 8, "\(rows)")
        // The days, and the last of them once more, to see whether it is a busy one.
        #expect(plan.scans.filter { $0.relation == "session_days" }.map(\.rows).reduce(0, +) == 31)
        #expect(plan.scans.filter { $0.relation == "session_hours" }.map(\.rows).reduce(0, +) == 2)
        // Of 1,002 users and 4,800 sessions: per user the way down the index, three levels and the visibility map, and the sums.
        #expect(plan.buffers <= 5 * 1_002 + 100, "\(plan.nodes)")
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
