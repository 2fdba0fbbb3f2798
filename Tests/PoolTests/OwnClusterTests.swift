import Foundation
import Support
import Testing

/// Tests that stop the server, or change roles, which belong to all of its databases: one after the other, on a cluster of their own.
@Suite("The server's own", .serialized)
struct OwnClusterTests {
    private static let cluster = Swift.Result { try Cluster() }

    @Test(
        "a role that row security does not bind, or that can become another, is refused by check and by serve",
        arguments: [
            ("alter role debrief_api superuser", "alter role debrief_api nosuperuser", "the role debrief_api is a superuser"),
            ("alter role debrief_api bypassrls", "alter role debrief_api nobypassrls", "the role debrief_api has BYPASSRLS"),
            ("grant debrief_owner to debrief_api", "revoke debrief_owner from debrief_api", "the role debrief_api can act as debrief_owner"),
            ("grant debrief_platform to debrief_api", "revoke debrief_platform from debrief_api", "can act as debrief_platform"),
        ]
    )
    func roles(change: String, undo: String, fault: String) throws {
        let database = try Self.cluster.get().makeDatabase(demo: false)
        try database.script(change)
        try expectRefusal(database, naming: fault)
        try database.script(undo)
        #expect(try database.debrief(["check"]).status == 0)
    }

    @Test("the owner of the tables, where somebody lets it log in, is no role for the workers")
    func owner() throws {
        let database = try Self.cluster.get().makeDatabase(demo: false)
        try database.script("alter role debrief_owner login")
        let check = try database.debrief(["check"], environment: ["DEBRIEF_DATABASE": database.conninfo(user: "debrief_owner")])
        try database.script("alter role debrief_owner nologin")
        #expect(check.status == 1)
        #expect(check.output.contains("fail  row security: the role debrief_owner "), "\(check.output)")
    }

    @Test("a database that is down at the start is 503 for callers, and once it is there the pool serves from it by itself")
    func downAtStart() throws {
        let cluster = try Self.cluster.get()
        let database = try cluster.makeDatabase()
        let token = try database.makeToken(tenant: database.demoTenant())
        try cluster.stop()
        let deployment = try Deployment(database)
        let response = try deployment.client.get("sessions?limit=1", token: token)
        #expect(response.isUnavailable, "\(response.text)")
        #expect(response.isWhole)
        #expect(response.field("Content-Type") == "application/json")
        // What needs no database is answered as ever.
        #expect(try deployment.client.get("sessions?limit=1").status == 401)
        #expect(try deployment.client.get("nothing").status == 404)
        let workers = deployment.workers
        try cluster.start()
        try eventually(within: 30) { try deployment.client.get("sessions?limit=1", token: token).status == 200 }
        #expect(deployment.workers == workers)
    }

    @Test("a restart of the database under requests is 200 or 503 for callers, nothing else, and 200 in the end", arguments: [false, true])
    func restart(kill: Bool) throws {
        let cluster = try Self.cluster.get()
        let site = try Site(cluster: cluster)
        let load = try Load(site)
        try eventually(within: 30) { load.count(200) > 20 }
        try cluster.stop(kill: kill)
        try eventually(within: 30) { load.count(503) > 0 }
        try cluster.start()
        let served = load.count(200)
        try eventually(within: 30) { load.count(200) > served + 20 }
        let tally = try load.stop()
        #expect(tally.wrong.isEmpty, "\(tally)")
        #expect(Set(tally.statuses.keys) == [200, 503], "\(tally)")
        for _ in 0..<10 { #expect(try site.page().status == 200) }
    }
}
