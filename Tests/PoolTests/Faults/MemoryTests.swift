import Foundation
import Support
import Testing

@Suite("Memory")
struct MemoryTests {
    @Test("of each worker, of the master and of the operator's process stays what it was after the first requests")
    func requests() throws {
        let site = try Site(workers: 4)
        try warmUp(site)
        let load = try Load(site, rate: 10_000)
        try load.serve(1_000)
        let before = try site.measures()
        try load.serve(often(200_000, normally: 5_000), within: 500)
        try load.expectNoFailure()
        try site.expectNoGrowth(since: before, of: \.residentKilobytes, below: 1_024)
        #expect(site.deployment.unexpectedLogLines() == [])
    }

    /// Has each process do once what it can be asked for.
    private func warmUp(_ site: Site) throws {
        for _ in 0..<20 {
            for path in ["sessions?limit=100", "users", "scenarios", "nothing", "sessions?limit=x"] {
                _ = try site.client.get(path, token: site.token)
            }
            for path in ["/live", "/ready", "/metrics", "/status", "/status?json"] { _ = try site.ask(path) }
        }
        _ = try site.status()
    }
}
