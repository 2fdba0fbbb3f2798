import Foundation
import Support
import Testing

/// What `check` and `serve` say of a database that could show one tenant's rows to another.
func expectRefusal(_ database: Database, naming fault: String, location: SourceLocation = #_sourceLocation) throws {
    let check = try database.debrief(["check"])
    #expect(check.status == 1, "\(check.output)", sourceLocation: location)
    #expect(lines(check.errors).count == 1, "\(check.errors)", sourceLocation: location)
    let faults = lines(check.output).filter { $0.hasPrefix("fail") }
    #expect(faults.contains { $0.contains(fault) }, "\(check.output)", sourceLocation: location)
    #expect(lines(check.output).allSatisfy { $0.hasPrefix("ok") || $0.hasPrefix("fail") }, "\(check.output)", sourceLocation: location)

    let socket = "\(Run.makeFolder("unsafe", for: .debrief))/debrief.sock"
    let serve = try database.debrief(["serve"], environment: ["DEBRIEF_LISTEN": socket])
    #expect(serve.status == 1, "\(serve.errors)", sourceLocation: location)
    #expect(lines(serve.errors).filter { $0.contains(fault) }.count == 1, "\(serve.errors)", sourceLocation: location)
    // A line a fault, and one that says what follows from them.
    #expect(lines(serve.errors).count == faults.count + 1, "\(serve.errors)", sourceLocation: location)
    #expect(lines(serve.errors).last?.hasPrefix("debrief: ") == true, "\(serve.errors)", sourceLocation: location)
    #expect(!FileManager.default.fileExists(atPath: socket), sourceLocation: location)
}

@Suite("A database that is not safe")
struct UnsafeDatabaseTests {
    private static let faults: [(change: String, fault: String)] = [
        ("alter table sessions disable row level security", "row security is not enabled and forced on sessions"),
        ("alter table scorecards no force row level security", "row security is not enabled and forced on scorecards"),
        ("alter table api_tokens disable row level security", "row security is not enabled and forced on api_tokens"),
        ("drop policy tenant on users", "lets the role debrief_api read users"),
        ("create policy extra on sessions for select using (true)", "lets the role debrief_api read sessions"),
        ("drop policy tenant on scenarios; create policy tenant on scenarios for select using (true)", "the policy for scenarios does not confine"),
        ("grant select (email) on users to debrief_api", "may read users.email"),
        ("grant select on users to public", "may read users.email"),
        ("grant select (name) on tenants to debrief_api", "may read tenants"),
        ("grant select on api_tokens to debrief_api", "may read api_tokens"),
        ("grant update on sessions to debrief_api", "may write to sessions"),
        ("grant update (status) on sessions to debrief_api", "may write to sessions"),
        ("alter table transcripts owner to debrief_api", "owns the table transcripts"),
        ("drop function authenticate(bytea, text)", "authenticate(bytea, text) does not exist"),
        ("drop index sessions_by_start, sessions_by_user_and_start", "list_sessions has no index to use"),
    ]

    @Test("is refused by check and by serve, which name what is wrong", arguments: faults.indices)
    func refused(index: Int) throws {
        let database = try Cluster.shared.get().makeDatabase(demo: false)
        try database.script(Self.faults[index].change)
        try expectRefusal(database, naming: Self.faults[index].fault)
    }

    @Test("stops the workers that serve from it, as soon as they connect anew")
    func later() throws {
        let site = try Site(workers: 1)
        #expect(try site.page().status == 200)
        try site.database.script("drop policy tenant on sessions; create policy tenant on sessions for select using (true)")
        let backends = try site.backends()
        for backend in backends { try site.database.sql("select pg_terminate_backend($1::int)", "\(backend)") }
        // Idle workers connect anew by themselves.
        try eventually(within: 30) { try backends.allSatisfy { try !site.backends().contains($0) } }
        #expect(try site.page().isUnavailable)
        try eventually(within: 30) { site.deployment.log.contains("the policy for sessions does not confine") }
    }

    @Test("stops the workers that serve from it within seconds, though their connections live")
    func meanwhile() throws {
        let site = try Site(workers: 1)
        #expect(try site.page().status == 200)
        try site.database.script("alter table sessions disable row level security")
        try eventually(within: 60) { try site.page().isUnavailable }
        try eventually { site.deployment.log.contains("row security is not enabled and forced on sessions") }
        try site.database.script("alter table sessions enable row level security")
        try eventually(within: 30) { try site.page().status == 200 }
    }
}
