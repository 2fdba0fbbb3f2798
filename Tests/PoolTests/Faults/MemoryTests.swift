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
        let after = try site.measures()
        #expect(after.keys == before.keys)
        for (process, now) in after {
            let then = try #require(before[process])
            let note = Comment("\(name(of: process) ?? ""): \(then), then \(now)")
            #expect(now.residentKilobytes - then.residentKilobytes < 1_024, note)
            // One less where a request was at work before.
            #expect(now.descriptors <= then.descriptors, note)
        }
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
