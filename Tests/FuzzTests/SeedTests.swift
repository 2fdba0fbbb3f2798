import Foundation
import FuzzTargets
import Support
import Testing

@Suite("What is fuzzed, and its judges")
struct SeedTests {
    @Test("agree on each seed, and on each input that was ever found", arguments: FuzzTarget.allCases)
    func seeds(target: FuzzTarget) throws {
        let seeds = try target.seeds()
        #expect(seeds.count >= 5)
        for (name, input) in seeds {
            #expect(throws: Never.self, "\(name)") { try target.check(input) }
            // Each beginning of it, too.
            for length in input.indices.prefix(200) {
                #expect(throws: Never.self, "\(name), \(length) bytes") { try target.check(Array(input[..<length])) }
            }
        }
    }

    @Test("agree on what is made of the seeds, no input taking longer than a second of the processor", arguments: FuzzTarget.allCases)
    func mutations(target: FuzzTarget) throws {
        let seeds = try target.seeds().map(\.input)
        let count = Run.isLong ? 300_000 : 4_000
        var mutator = Mutator(seeds: seeds, words: target.words, generator: SeededGenerator(seed: 61))
        var (slowest, failures) = (0.0, 0)
        for _ in 0..<count {
            let input = mutator.next()
            let start = processorSeconds()
            do {
                try target.check(input)
            } catch {
                Issue.record("\(error): \(input)")
                failures += 1
            }
            slowest = max(slowest, processorSeconds() - start)
        }
        #expect(slowest < 1)
        Run.report(
            """
            fuzz: \(count) inputs of \(target.rawValue) made of \(seeds.count) seeds, \(failures) otherwise than the judge has it; the slowest took \
            \(milliseconds(slowest)) ms
            """
        )
    }

    @Test("take 16 kB of anything, twice what nginx lets through, in less than a second of the processor", arguments: FuzzTarget.allCases)
    func large(target: FuzzTarget) throws {
        let seeds = try target.seeds().map(\.input).filter { !$0.isEmpty }.prefix(2)
        let patterns = seeds + ["&", "%41", "9", "\"", "\u{0}", "a=1&"].map { Array($0.utf8) }
        for pattern in patterns {
            let input = Array(repeatElement(pattern, count: 16_384 / pattern.count + 1).joined().prefix(16_384))
            let start = processorSeconds()
            #expect(throws: Never.self) { try target.check(input) }
            #expect(processorSeconds() - start < 1, "\(pattern)")
        }
    }

    private func milliseconds(_ seconds: Double) -> String { String(format: "%.1f", seconds * 1_000) }
}

extension FuzzTarget {
    /// Names and bytes of the files that are kept for it.
    func seeds() throws -> [(name: String, input: [UInt8])] {
        let folder = "\(Run.repository)/Tests/Fuzz/Seeds/\(rawValue)"
        return try FileManager.default.contentsOfDirectory(atPath: folder).sorted().map { name in
            (name, try Array(Data(contentsOf: URL(filePath: "\(folder)/\(name)"))))
        }
    }
}

/// The time that this thread has had of a processor.
private func processorSeconds() -> Double {
    var time = timespec()
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
}
