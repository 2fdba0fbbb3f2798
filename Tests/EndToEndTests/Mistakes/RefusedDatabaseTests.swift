import Support
import Testing

@Suite("status: a database that is not safe to serve from")
struct RefusedDatabaseTests {
    @Test("is told apart from one that cannot be reached, by status and by /ready, and no longer once it is mended")
    func told() throws {
        let database = try Cluster.shared.get().makeDatabase(demo: false)
        let deployment = try Deployment(database)
        try eventually(within: 30) { try deployment.command("status").status == 0 }
        try database.sql("alter table sessions disable row level security")
        try database.sql("select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and application_name = 'debrief'")

        let advice = "the database is not safe to serve from: debrief check says what is wrong"
        try eventually(within: 60) { try deployment.command("status").output.contains("2 refuse the database") }
        let status = try deployment.command("status")
        #expect(status.status == 1 && status.output.contains(advice) && !status.output.contains("wait for PostgreSQL"), "\(status.output)")
        let question = "GET /ready HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
        // Its last good exchange counts for 5 s.
        try eventually(within: 30) { try deployment.operatorClient.send(question).status == 503 }
        let ready = try deployment.operatorClient.send(question)
        #expect(ready.status == 503 && ready.text.contains(advice), "\(ready.text)")
        let check = try deployment.command("check")
        #expect(check.status == 1 && check.output.contains("row security is not enabled and forced on sessions; alter table"), "\(check.output)")

        try database.sql("alter table sessions enable row level security")
        try eventually(within: 60) { try deployment.command("status").status == 0 }
        #expect(try !deployment.command("status").output.contains("refuse"))
    }
}
