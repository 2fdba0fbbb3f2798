import Glibc
import Support
import Testing

@testable import Pool

@Suite("The scoreboard")
struct ScoreboardTests {
    @Test("a worker that is killed at any instant leaves a slot that is whole, for the next one to go on with")
    func killed() throws {
        let scoreboard = try Scoreboard(endpoints: ["a", "b"])
        scoreboard.header.usedSlots = 3
        let slot = scoreboard.slot(1)
        var generator = SeededGenerator(seed: 1)
        // Requests in the buckets so far, and those that are not in the sum.
        var (counted, lost) = (1, 0)
        // What is computed at its first use must be so before a fork: another thread could be at it.
        slot.tally.count(endpoint: 0, status: 200, microseconds: 700)
        let parent = getpid()
        for life in 1...40 {
            slot.prepare(generation: life, now: 1, startedAt: 1)
            let pid = fork()
            if pid == 0 { work(in: slot, for: parent) }
            try #require(pid > 0)
            do {
                defer {
                    kill(pid, SIGKILL)
                    waitpid(pid, nil, 0)
                }
                try eventually { slot.requests > 0 }
                usleep(UInt32.random(in: 0..<2_000, using: &generator))
            }

            #expect(slot.pid == pid && slot.generation == life)
            #expect([.busy, .idle].contains(slot.state))
            let histogram = slot.tally.histogram(endpoint: 0, status: 0)
            // A request is in its bucket, then in the sum, then in the worker's count; only the last one may have got less far.
            let uncounted = histogram.count - counted - slot.requests
            #expect((0...1).contains(uncounted), "\(uncounted)")
            let unsummed = histogram.count - histogram.sumMicroseconds / 700
            #expect((lost...lost + 1).contains(unsummed), "\(unsummed)")
            lost = unsummed
            counted = histogram.count
        }
        expectUntouched(scoreboard, except: 1)
    }

    /// Counts requests in a child until it is killed, or the test's process is gone.
    private func work(in slot: Slot, for parent: pid_t) -> Never {
        slot.enter(pid: getpid())
        while getppid() == parent {
            slot.begin(at: 5)
            slot.tally.count(endpoint: 0, status: 200, microseconds: 700)
            slot.countRequest(status: 200)
            slot.show(.idle, at: 6)
        }
        _exit(0)
    }

    @Test("whatever is written into a slot, no other slot and nothing of the header changes")
    func apart() throws {
        let scoreboard = try Scoreboard(endpoints: ["a", "b", "c"])
        scoreboard.header.usedSlots = 5
        fill(scoreboard.slot(2), endpoints: 3)
        expectUntouched(scoreboard, except: 2)
        let header = scoreboard.header
        #expect(header.usedSlots == 5 && header.master == 0 && header.wanted == 0 && header.lastDeath == nil)
        for cause in RestartCause.allCases { #expect(header.restarts(cause) == 0) }

        let full = try Scoreboard(endpoints: ["a", "b", "c"])
        for cause in RestartCause.allCases { full.header.countRestart(cause) }
        full.header.lastDeath = WorkerDeath(pid: 1, cause: .overdue, code: 9, at: 1)
        full.header.operatorLogFailures = 1
        full.header.usedSlots = Scoreboard.slotCount
        expectUntouched(full, except: nil)
        fill(full.slot(Scoreboard.slotCount - 1), endpoints: 3)
        expectUntouched(full, except: Scoreboard.slotCount - 1)
    }

    @Test("a snapshot adds the slots up, and leaves out those without a worker")
    func snapshot() throws {
        let scoreboard = try Scoreboard(endpoints: ["a", "b"])
        scoreboard.header.usedSlots = 3
        for index in [0, 2] {
            let slot = scoreboard.slot(index)
            slot.prepare(generation: 1, now: 1_000, startedAt: 1)
            slot.enter(pid: Int32(100 + index))
            slot.begin(at: 2_000)
            slot.tally.count(endpoint: 1, status: 200, microseconds: 1_000)
            slot.tally.count(endpoint: nil, status: 404, microseconds: 500)
            slot.tally.count(endpoint: 1, status: 418, microseconds: 500)
            slot.countUnanswered()
        }
        scoreboard.slot(2).clear()
        let pool = PoolSnapshot(scoreboard, now: 2_500, queue: 4, queueLimit: 5)
        #expect(pool.workers.map(\.pid) == [100])
        #expect(pool.workers.map(\.requestMilliseconds) == [500])
        #expect(pool.workers.map(\.silentMilliseconds) == [500])
        #expect(pool.requests.map(\.endpoint) == ["b", "b", nil])
        #expect(pool.requests.map(\.status) == [200, 500, 404])
        #expect(pool.requests.map(\.histogram.count) == [2, 2, 2])
        #expect(pool.unanswered == 2)
    }

    @Test("a worker's endpoint is that of the request that it is at, or else of its last; its status that of its last; the next worker has neither")
    func lastRequest() throws {
        let scoreboard = try Scoreboard(endpoints: ["a", "b"])
        scoreboard.header.usedSlots = 1
        let slot = scoreboard.slot(0)
        func worker() -> (endpoint: String?, status: Int?)? {
            PoolSnapshot(scoreboard, now: 9, queue: nil, queueLimit: 5).workers.first.map { ($0.endpoint, $0.lastStatus) }
        }
        slot.prepare(generation: 1, now: 1, startedAt: 1)
        #expect(worker()?.endpoint == nil && worker()?.status == nil)
        slot.begin(at: 2)
        slot.noteEndpoint(1)
        #expect(worker()?.endpoint == "b" && worker()?.status == nil)
        slot.countRequest(status: 503)
        slot.show(.idle, at: 3)
        #expect(worker()?.endpoint == "b" && worker()?.status == 503)
        // Not yet known which.
        slot.begin(at: 4)
        #expect(worker()?.endpoint == nil && worker()?.status == 503)
        slot.prepare(generation: 2, now: 5, startedAt: 5)
        #expect(worker()?.endpoint == nil && worker()?.status == nil)
    }

    private func fill(_ slot: Slot, endpoints: Int) {
        slot.prepare(generation: 7, now: 7, startedAt: 7)
        slot.enter(pid: 7)
        slot.begin(at: 7)
        slot.noteExchange(at: 7)
        slot.noteEndpoint(7)
        slot.countRequest(status: 200)
        slot.countUnanswered()
        slot.countReconnect()
        slot.countLogFailure()
        for endpoint in (0..<endpoints).map(Optional.some) + [nil] {
            for status in RequestTally.statuses {
                for bound in RequestTally.bounds + [100_000_000] { slot.tally.count(endpoint: endpoint, status: status, microseconds: bound) }
            }
        }
    }

    private func expectUntouched(_ scoreboard: Scoreboard, except used: Int?) {
        // Those that lie next to what was written, and next to the header.
        let near = [0, 1, 2, 3, 4, Scoreboard.slotCount - 2, Scoreboard.slotCount - 1]
        for slot in near.map(scoreboard.slot) where slot.index != used {
            let numbers = [Int(slot.pid), slot.generation, slot.startedAt, slot.tick, slot.requestSince, slot.requests, slot.exchange]
            let isUntouched = (numbers + [slot.reconnects, slot.logFailures, slot.unanswered]).allSatisfy { $0 == 0 } && slot.state == .none
            let tallied = (scoreboard.endpoints.indices.map(Optional.some) + [nil]).contains { endpoint in
                RequestTally.statuses.indices.contains { slot.tally.histogram(endpoint: endpoint, status: $0) != Histogram() }
            }
            if !isUntouched || tallied { Issue.record("slot \(slot.index) was written to") }
        }
    }
}
