import Foundation
import Postgres
import Support
import Testing
import Waiting

/// The migrations themselves, ended at every place where they can be. On servers of their own, since roles belong to all databases of one.
@Suite("migrate up, ended in the middle")
struct KilledMigrationTests {
    /// Where it is ended.
    enum Moment: Equatable {
        /// When so many of the file's statements have run, and the next has not begun.
        case behind(statements: Int)
        /// When its row is written.
        case record
        /// In the commit.
        case commit
    }

    /// How.
    enum Way: String, CaseIterable {
        /// The program is killed; its server process goes on until it notices.
        case program
        /// The server process is terminated.
        case serverProcess
        /// The whole server is killed, as if the machine's power were off.
        case server
    }

    struct Trial {
        /// Its place among the files.
        let file: Int
        let moment: Moment
        let way: Way
    }

    @Test(
        "at any statement is whole or not at all: status tells which, and the next one completes it to the same schema",
        arguments: Run.isLong ? Way.allCases.map { [$0] } : [Way.allCases]
    )
    func everyStatement(ways: [Way]) throws {
        let history = try MigrationSteps()
        var trials = ways.flatMap { way in history.moments.map { Trial(file: $0.file, moment: $0.moment, way: way) } }
        if !Run.isLong {
            // Each way in turn: at places spread over all files, and in the commit of the last.
            let count = 3
            trials = (0...count).map { number in
                let all = history.moments
                let (file, moment) = number == count ? all[all.count - 1] : all[(number * all.count + all.count / 2) / count]
                return Trial(file: file, moment: moment, way: ways[number % ways.count])
            }
        }
        let rests = try trials.map(history.run)
        let applied = rests.count(where: \.isApplied)
        let places = Set(trials.map { "\($0.file) \($0.moment)" }).count
        Run.report(
            """
            host faults: \(trials.count) migrations ended (\(ways.map(\.rawValue).joined(separator: ", "))) at \(places) of \(history.moments.count) \
            places: \(applied) applied, \(trials.count - applied) undone, \(rests.count { !$0.isWhole }) half
            """
        )
    }

    @Test("at any instant is whole or not at all, and the next one completes it to the same schema", .enabled(if: Run.isLong))
    func anyInstant() throws {
        let history = try MigrationSteps()
        var generator = SeededGenerator(seed: 1)
        let count = 200
        let whole = try (0..<count).count { _ in try history.kill(afterMicroseconds: UInt32.random(in: 0..<250_000, using: &generator)) }
        Run.report("host faults: \(count) migrations killed at an instant by chance, \(count - whole) half")
    }
}
