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
            try eventually(within: 15) { try changed() != before }
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

    @Test("is replaced after more or fewer requests than its siblings, so that they do not leave together, and the log says how many and why")
    func jitter() throws {
        let site = try Site(workers: 4, settings: ["DEBRIEF_MAX_REQUESTS": "40"])
        let load = try Load(site)
        var lives: [JSONValue] = []
        try eventually(within: 60) {
            lives = site.entries().filter { $0["message"]?.string == "a worker ended" }
            return lives.count >= 20
        }
        let tally = try load.stop()
        #expect(Array(tally.statuses.keys) == [200] && tally.wrong.isEmpty, "\(tally)")
        let answered = lives.compactMap { $0["answered"]?.number }
        #expect(answered.count == lives.count && answered.allSatisfy { (30...40).contains($0) }, "\(answered)")
        #expect(Set(answered).count > 1, "\(answered)")
        #expect(lives.allSatisfy { $0["by"]?.string == "itself: its number of requests" && $0["cause"]?.string == "exit 3" })
    }

    @Test("with nothing to do gives a sign of life each second, and has an exchange with PostgreSQL each two; status tells how old they are")
    func signsOfLife() throws {
        let site = try Site(workers: 2)
        try eventually(within: 30) { try workers(of: site).count { $0["state"]?.string == "idle" } == 2 }
        var (silences, exchanges): ([Double], [Double]) = ([], [])
        // Beyond two exchanges.
        let end = Date().addingTimeInterval(5)
        try eventually(within: 30) {
            for worker in try workers(of: site) {
                silences.append(try #require(worker["silent_milliseconds"]?.number))
                exchanges.append(try #require(worker["exchange_milliseconds"]?.number))
            }
            return Date() > end
        }
        // The machine may have had no time for a worker now and then; the medians are at half of each, and the second's a little later.
        silences.sort()
        exchanges.sort()
        #expect(silences[silences.count / 2] < 900, "\(silences)")
        #expect(exchanges[exchanges.count / 2] < 2_000, "\(exchanges)")
    }

    private func workers(of site: Site) throws -> [JSONValue] {
        let answer = try site.ask(.status(json: true))
        return try #require(JSONValue(parsing: Array(answer.text.utf8))?["workers"]?.array, "\(answer.text)")
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
