import Support
import Testing

@Suite("The demo tenant")
struct DemoTests {
    @Test("loaded a second time it changes nothing")
    func twice() throws {
        let database = try Cluster.shared.get().makeDatabase()
        func digests() throws -> [String?] {
            try ["tenants", "users", "scenarios", "sessions", "transcripts", "scorecards"].map { table in
                try database.value("select md5(string_agg(t::text, E'\\n' order by t::text)) from \(table) t")
            }
        }
        let before = try digests()
        let again = try run(
            [
                "/usr/bin/psql", "-qX", "-v", "ON_ERROR_STOP=1", "-d", database.conninfo(user: "postgres"), "-f",
                "\(Run.repository)/scripts/demo.sql",
            ]
        )
        #expect(again.status == 0, "\(again.errors)")
        #expect(try digests() == before)
        #expect(before.allSatisfy { $0 != nil })
    }
}
