import Foundation
import Support
import Testing

@Suite("A worker")
struct WorkerTests {
    @Test("with nothing to do has PostgreSQL answer every few seconds")
    func exchange() throws {
        let site = try Site(workers: 1)
        let changed = {
            try site.database.value(
                "select state_change::text from pg_stat_activity where datname = current_database() and application_name = 'debrief'"
            )
        }
        let backends = try site.backends()
        for _ in 0..<2 {
            let before = try changed()
            try eventually(within: 5) { try changed() != before }
        }
        #expect(try site.backends() == backends)
    }

    @Test("with nothing to do notices a PostgreSQL that is frozen, and has another connection when a request comes")
    func frozen() throws {
        let site = try Site(workers: 1)
        let backend = try #require(try site.backends().first)
        kill(backend, SIGSTOP)
        defer { kill(backend, SIGCONT) }
        try eventually(within: 10) { try site.backends().contains { $0 != backend } }
        #expect(try site.page().status == 200)
    }

    @Test("that has answered DEBRIEF_MAX_REQUESTS, or up to a quarter less, is replaced, and no request fails")
    func maxRequests() throws {
        let site = try Site(settings: ["DEBRIEF_MAX_REQUESTS": "40"])
        let first = site.deployment.workers
        let load = try Load(site)
        try eventually(within: 60) { first.allSatisfy(hasEnded) && site.deployment.workers.count == 2 }
        let tally = try load.stop()
        #expect(Array(tally.statuses.keys) == [200], "\(tally)")
        #expect(tally.wrong.isEmpty, "\(tally)")
        for worker in first {
            let requests = site.entries().count { $0["request_id"] != nil && $0["worker"]?.number == Double(worker) }
            #expect((30...40).contains(requests), "\(requests)")
        }
    }

    @Test("answers a lone connection though its sibling was stopped, whichever of them")
    func lone() throws {
        let site = try Site()
        for sibling in site.deployment.workers {
            kill(sibling, SIGSTOP)
            for _ in 0..<3 {
                let start = Date()
                #expect(try site.page().status == 200)
                #expect(Date().timeIntervalSince(start) < 5)
            }
            kill(sibling, SIGCONT)
        }
    }
}
