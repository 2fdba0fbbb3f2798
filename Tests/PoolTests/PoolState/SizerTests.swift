import Glibc
import Support
import Testing

@testable import Pool

@Suite("The size of a pool that follows its queue")
struct SizerTests {
    private typealias Load = PoolSizer.Load
    private static let look = 100
    private static let range = 2...64

    /// The sizes after each of these looks, and the sizer.
    private func sizes(_ loads: [Load], from start: Int, within range: ClosedRange<Int> = range) -> (sizes: [Int], sizer: PoolSizer) {
        var sizer = PoolSizer(at: 0)
        var size = start
        let sizes = loads.enumerated().map { number, load in
            size = sizer.size(for: load, now: size, within: range, at: (number + 1) * Self.look)
            return size
        }
        return (sizes, sizer)
    }

    private func same(_ load: Load, _ count: Int) -> [Load] { Array(repeating: load, count: count) }

    @Test("it grows from the second look on at which requests wait, and doubles what it adds, to the most at once")
    func growth() {
        #expect(sizes(same(Load(queue: 500, busy: 2), 7), from: 2, within: 2...200).sizes == [2, 3, 5, 9, 17, 33, 65])
        #expect(sizes(same(Load(queue: 500, busy: 2), 9), from: 2, within: 2...200).sizes.suffix(2) == [97, 129])
    }

    @Test("it adds no more than wait, and none for a wait that one look alone sees")
    func littleGrowth() {
        #expect(sizes(same(Load(queue: 2, busy: 2), 5), from: 2).sizes == [2, 3, 5, 7, 9])
        let now = Load(queue: 9, busy: 2)
        let then = Load(queue: 0, busy: 2)
        #expect(sizes([now, then, now, then, now, then], from: 2).sizes == [2, 2, 2, 2, 2, 2])
    }

    @Test("after a look at which nothing waits it begins with one again")
    func growthAnew() {
        let waiting = same(Load(queue: 50, busy: 2), 4)
        #expect(sizes(waiting + [Load(queue: 0, busy: 9)] + waiting, from: 2).sizes == [2, 3, 5, 9, 9, 9, 10, 12, 16])
    }

    @Test("half of what is too many goes at the end of each quiet window, down to the busiest moment and one to spare")
    func shrinking() {
        let sizes = sizes(same(Load(queue: 0, busy: 3), 800), from: 36).sizes
        let ends = stride(from: 99, to: 800, by: 100).map { sizes[$0] }
        #expect(ends == [20, 12, 8, 6, 5, 4, 4, 4])
        #expect(sizes[98] == 36 && sizes[198] == 20)
    }

    @Test("it goes below no range and keeps what one busy moment in a window needed")
    func shrinkingLittle() {
        #expect(sizes(same(Load(queue: 0, busy: 0), 2_000), from: 20, within: 5...64).sizes.last == 5)
        var loads = same(Load(queue: 0, busy: 1), 100)
        loads[40] = Load(queue: 0, busy: 15)
        #expect(sizes(loads, from: 16).sizes.last == 16)
    }

    @Test("the limit is counted once for each time that requests wait at it")
    func limit() {
        let waiting = same(Load(queue: 9, busy: 2), 20)
        let quiet = same(Load(queue: 0, busy: 2), 3)
        #expect(sizes(waiting, from: 2, within: 2...2).sizer.limitReached == 1)
        #expect(sizes(waiting + quiet + waiting + quiet + waiting, from: 2, within: 2...2).sizer.limitReached == 3)
        #expect(sizes(waiting, from: 2, within: 2...400).sizer.limitReached == 0)
        #expect(sizes(quiet, from: 2, within: 2...2).sizer.limitReached == 0)
    }

    @Test("a limit that was raised and is reached again counts again")
    func raisedLimit() {
        var sizer = PoolSizer(at: 0)
        var size = 2
        for number in 1...20 {
            size = sizer.size(for: Load(queue: 9, busy: 2), now: size, within: number < 10 ? 2...4 : 2...8, at: number * Self.look)
        }
        #expect(size == 8 && sizer.limitReached == 2)
    }
}

@Suite("The size of a pool under simulated load")
struct SizerLoadTests {
    /// Requests that come at random, each independent of the others, and take 50 ms each.
    private struct Queue {
        private static let stepMilliseconds = 5
        private static let serviceMilliseconds = 50
        var random: SeededGenerator
        var sizer = PoolSizer(at: 0)
        var size = 2
        /// When each busy worker is free again.
        var busyUntil: [Int] = []
        var waiting = 0
        var changes: [(at: Int, size: Int)] = []
        var longestQueue = 0
        var now = 0

        /// Lets so many requests a second come, on average.
        mutating func run(perSecond rate: Int, milliseconds: Int) {
            for _ in 0..<milliseconds / Self.stepMilliseconds {
                now += Self.stepMilliseconds
                waiting += arrivals(expected: Double(rate * Self.stepMilliseconds) / 1_000)
                busyUntil.removeAll { $0 <= now }
                while waiting > 0, busyUntil.count < size {
                    waiting -= 1
                    busyUntil.append(now + Self.serviceMilliseconds)
                }
                longestQueue = max(longestQueue, waiting)
                if now % 100 == 0 { look() }
            }
        }

        /// A number of Poisson's distribution: uniform ones are multiplied until the product is below e^-expected.
        private mutating func arrivals(expected: Double) -> Int {
            let limit = exp(-expected)
            var count = 0
            var product = Double.random(in: 0..<1, using: &random)
            while product > limit {
                count += 1
                product *= Double.random(in: 0..<1, using: &random)
            }
            return count
        }

        private mutating func look() {
            let load = PoolSizer.Load(queue: waiting, busy: min(busyUntil.count, size))
            let new = sizer.size(for: load, now: size, within: 2...64, at: now)
            if new != size { changes.append((now, new)) }
            size = new
        }
    }

    @Test("under a steady load it comes to rest: few changes, none large", arguments: [20, 100, 400, 800])
    func steady(rate: Int) {
        for seed in UInt64(0)..<2 {
            var queue = Queue(random: SeededGenerator(seed: seed))
            queue.run(perSecond: rate, milliseconds: 60_000)
            queue.changes = []
            queue.longestQueue = 0
            let (settled, needed) = (queue.size, rate / 20)
            queue.run(perSecond: rate, milliseconds: 120_000)
            #expect(queue.changes.count <= 24, "seed \(seed): \(queue.changes)")
            #expect(queue.changes.allSatisfy { abs($0.size - settled) <= max(4, needed / 2) }, "seed \(seed): \(settled), \(queue.changes)")
            #expect(queue.size > needed && queue.size <= 2 * needed + 6, "seed \(seed): \(queue.size)")
        }
    }

    @Test("a load that comes and goes faster than the window changes nothing once the size is found")
    func fastWave() {
        var queue = Queue(random: SeededGenerator(seed: 1))
        for _ in 0..<20 {
            queue.run(perSecond: 400, milliseconds: 2_000)
            queue.run(perSecond: 20, milliseconds: 2_000)
        }
        queue.changes = []
        for _ in 0..<30 {
            queue.run(perSecond: 400, milliseconds: 2_000)
            queue.run(perSecond: 20, milliseconds: 2_000)
        }
        #expect(queue.changes.count <= 24, "\(queue.changes)")
        #expect(queue.changes.allSatisfy { $0.size >= 18 }, "\(queue.changes)")
    }

    @Test("a load that comes and goes slowly is followed: up within a second or two, down in steps of a window")
    func slowWave() {
        var queue = Queue(random: SeededGenerator(seed: 2))
        for wave in 0..<4 {
            let start = queue.now
            queue.run(perSecond: 600, milliseconds: 60_000)
            let risen = queue.changes.first { $0.at > start && $0.size >= 30 }
            #expect(risen.map { $0.at - start <= 2_500 } ?? false, "wave \(wave): \(queue.changes)")
            let end = queue.now
            queue.run(perSecond: 20, milliseconds: 120_000)
            let falls = queue.changes.filter { $0.at > end }
            #expect(falls.count <= 14 && queue.size <= 6, "wave \(wave): \(falls)")
        }
    }
}
