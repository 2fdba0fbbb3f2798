import JSON
import Postgres
import Support
import Testing

@testable import FuzzTargets

/// PostgreSQL's own parsers as the judges of texts that were made at random.
@Suite("Texts that were made at random, beside PostgreSQL's parsers")
struct PostgreSQLFuzzTests {
    private static let count = Run.isLong ? 200_000 : 10_000

    @Test("a date-time is taken where PostgreSQL takes it, for the same moment, but for the forms of its own")
    func dateTimes() throws {
        var texts = DateTimeTexts(seed: 101)
        let judge = try TextJudge("timestamptz", result: "(extract(epoch from value) * 1000000 - 946684800000000)::bigint::text")
        var (taken, refused, other, unexplained) = (0, 0, 0, 0)
        try judge.judge((0..<Self.count).map { _ in texts.next() }) { text, theirs in
            let ours = try? RFC3339.parse(Array(text.utf8).span)
            if ours == nil { refused += 1 } else { taken += 1 }
            switch (ours, theirs.flatMap { Int64($0) }) {
            case (let ours?, let theirs?):
                // PostgreSQL rounds to the nearest.
                let isSame = (ours.instant.microseconds...ours.roundedUp.microseconds).contains(theirs)
                #expect(isSame, "\(text)")
                if !isSame { other += 1 }
            // Offsets beyond 15:59, the year 0 where an offset brings it into the year 1, and parts of a leap second.
            case (.some, nil):
                let isExplained = DateTimeTexts.isBeyondPostgreSQL(text)
                #expect(isExplained, "\(text) is taken, but PostgreSQL does not know it")
                if !isExplained { unexplained += 1 }
            // Hour 24, any second 60, and what lies outside the years 1 to 9999.
            case (nil, let theirs?):
                let isExplained = DateTimeTexts.isPostgreSQLsOwn(text, theirs)
                #expect(isExplained, "\(text) is refused, and is \(theirs) to PostgreSQL")
                if !isExplained { unexplained += 1 }
            case (nil, nil): break
            }
        }
        #expect(min(taken, refused) > Self.count / 20)
        Run.report(
            """
            fuzz: \(taken + refused) date-times beside timestamptz: \(taken) taken, \(refused) refused, \(other) for another moment, \(unexplained) by one of \
            the two alone that should not be
            """
        )
    }

    @Test("a UUID is taken where PostgreSQL takes it and its form is 8-4-4-4-12, for the same number")
    func uuids() throws {
        var mutator = Mutator(seeds: try seeds(.uuid), words: FuzzTarget.uuid.words, generator: SeededGenerator(seed: 102))
        let judge = try TextJudge("uuid", result: "value::text")
        var (tried, taken, other) = (0, 0, 0)
        try judge.judge((0..<Self.count).map { _ in mutator.text() }) { text, theirs in
            let ours = UUID(text)?.description
            tried += 1
            if ours != nil { taken += 1 }
            let groups = text.split(separator: "-", omittingEmptySubsequences: false).map(\.utf8.count)
            let isSame = ours == (groups == [8, 4, 4, 4, 12] ? theirs : nil)
            #expect(isSame, "\(text)")
            if !isSame { other += 1 }
        }
        #expect(taken > Self.count / 100)
        Run.report("fuzz: \(tried) UUIDs beside uuid: \(taken) taken, \(other) for another number or by one of the two alone")
    }

    @Test("what PostgreSQL takes as json is JSON by RFC 8259, and is passed on to the byte")
    func documents() throws {
        var texts = JSONTexts(seed: 103)
        let judge = try TextJudge("json", result: "value::text")
        var (taken, refused, mistaken, altered) = (0, 0, 0, 0)
        var writer = JSONWriter(capacity: 16)
        try judge.judge((0..<Self.count).map { _ in texts.next() }) { text, theirs in
            let bytes = Array(text.utf8)
            let isRight = (theirs != nil) == JSONGrammar.isDocument(bytes)
            #expect(isRight, "\(text): \(theirs == nil ? "refused" : "taken") by PostgreSQL")
            if !isRight { mistaken += 1 }
            guard let theirs else {
                refused += 1
                return
            }
            taken += 1
            writer.removeAll()
            writer.verbatim(Array(theirs.utf8).span.bytes)
            let isSame = writer.bytes == bytes
            #expect(isSame, "\(text)")
            if !isSame { altered += 1 }
        }
        #expect(min(taken, refused) > Self.count / 10)
        Run.report(
            """
            fuzz: \(taken + refused) documents beside json: \(taken) taken, \(altered) of these not passed on to the byte, \(refused) refused; \(mistaken) \
            otherwise than RFC 8259 has it
            """
        )
    }

    @Test("a string is written as to_json writes it")
    func strings() throws {
        var mutator = Mutator(seeds: try seeds(.string), words: FuzzTarget.string.words, generator: SeededGenerator(seed: 104))
        let judge = try TextJudge("text", result: "to_json(value)::text")
        var writer = JSONWriter(capacity: 16)
        var (tried, different) = (0, 0)
        try judge.judge((0..<Self.count).map { _ in mutator.text() }) { text, theirs in
            writer.removeAll()
            writer.string(text)
            let isSame = theirs.map { Array($0.utf8) } == writer.bytes
            #expect(isSame, "\(text)")
            tried += 1
            if !isSame { different += 1 }
        }
        Run.report("fuzz: \(tried) strings beside to_json: \(different) written otherwise")
    }

    private func seeds(_ target: FuzzTarget) throws -> [[UInt8]] { try target.seeds().map(\.input) }
}

extension Mutator {
    /// An input that a text of PostgreSQL can hold: UTF-8 without a NUL.
    fileprivate mutating func text() -> String {
        String(decoding: next().filter { $0 != 0 }, as: UTF8.self)
    }
}

/// A function in the database that returns null where a text is no value of a type, called for many texts at a time.
private struct TextJudge {
    private let database: Support.Database
    private static let batch = 5_000

    init(_ type: String, result: String) throws {
        database = try Cluster.shared.get().makeEmptyDatabase()
        try database.script(
            """
            set timezone = 'UTC';
            create function judge(given text) returns text language plpgsql as $$
            declare
                value \(type);
            begin
                value := given::\(type);
                return \(result);
            exception when data_exception or program_limit_exceeded then
                return null;
            end $$;
            """
        )
    }

    func judge(_ all: [String], check: (String, String?) -> Void) throws {
        for start in stride(from: 0, to: all.count, by: Self.batch) {
            let texts = all[start..<min(all.count, start + Self.batch)]
            // By scalars: a backslash with an accent on it is one character.
            let elements = texts.map { "\"\($0.unicodeScalars.map { $0 == "\\" || $0 == "\"" ? "\\\($0)" : "\($0)" }.joined())\"" }
            let rows = try database.sql(
                "select judge(given) from unnest($1::text::text[]) with ordinality as texts (given, place) order by place",
                "{\(elements.joined(separator: ","))}"
            )
            #expect(rows.count == texts.count)
            for (text, row) in zip(texts, rows) { check(text, row[0]) }
        }
    }
}
