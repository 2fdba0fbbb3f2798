import JSON
import Testing

@testable import Admin

/// Migrations by name and text, in the order in which they are sorted.
private func migrations(_ files: [(String, String)]) throws(MigrationError) -> Migrations {
    try Migrations(files.map { (name: $0.0, bytes: Array($0.1.utf8)) })
}

/// What a database has after these were applied.
private func history(of migrations: Migrations) -> [Migrations.Applied] {
    migrations.files.map { Migrations.Applied(number: $0.number, name: $0.name, hash: $0.hash, appliedAt: Instant(microseconds: 0)) }
}

/// Why a folder is refused by a database; nil where it is not.
private func refusal(of files: [(String, String)], after applied: [Migrations.Applied]) -> String? {
    do throws(MigrationError) {
        _ = try migrations(files).pending(after: applied)
        return nil
    } catch {
        return error.description
    }
}

@Suite("Migrations")
struct MigrationTests {
    private let three = [("0001_a.sql", "select 1"), ("0002_b.sql", "select 2"), ("0003_c.sql", "select 3")]

    // From sha256sum, of "\nselect 1" and of its digest and "\nselect 2".
    @Test("a hash is that of the hash before, a line feed and the file: databases have it for ever")
    func hash() throws {
        let files = try migrations(three).files
        #expect(files[0].hash == "0cfa6d4cbfdb038524f446bae6756df8568886583f1a15930812dae7165fe5d0")
        #expect(files[1].hash == "19b87434762d135df4acb54756a4ba5e2a5408a33bc28eda3b4c5e55d183463b")
    }

    @Test("what a database has not is pending")
    func pending() throws {
        let all = try migrations(three)
        #expect(try all.pending(after: []).map(\.name) == three.map(\.0))
        #expect(try all.pending(after: history(of: migrations(Array(three.prefix(2))))).map(\.name) == ["0003_c.sql"])
        #expect(try all.pending(after: history(of: all)).isEmpty)
    }

    @Test("a folder that differs from what was applied is refused by the name of the first file that does")
    func differences() throws {
        let applied = history(of: try migrations(three))
        let (a, b, c, later) = (three[0], three[1], three[2], ("0004_d.sql", "select 4"))
        let cases = [
            ([a, ("0002_b.sql", "select 2 "), c, later], "0002_b.sql was changed"),
            ([a, ("0002_b.sql", "select 3"), ("0003_c.sql", "select 2")], "0002_b.sql was changed"),
            ([a, ("0002_bb.sql", "select 2"), c, later], "0002_bb.sql was applied as 0002_b.sql"),
            ([a, ("0002_c.sql", "select 3"), ("0003_b.sql", "select 2")], "0002_c.sql was applied as 0002_b.sql"),
            ([a, c, later], "0002_b.sql was applied but is not in the folder"),
            ([a, b], "0003_c.sql was applied but is not in the folder"),
        ]
        for (files, beginning) in cases {
            #expect(refusal(of: files, after: applied)?.hasPrefix(beginning) == true, "\(beginning)")
        }
    }

    @Test("a database whose own record has a gap is refused by the name of the file")
    func notRecorded() throws {
        let applied = history(of: try migrations(three))
        #expect(refusal(of: three, after: [applied[0], applied[2]])?.hasPrefix("0002_b.sql is not recorded as applied") == true)
    }

    @Test("numbers begin at 1, leave none out, and none is there twice")
    func numbers() {
        #expect(refusal(of: [("0002_b.sql", "")], after: []) == "number 1 is missing before 0002_b.sql")
        #expect(refusal(of: three + [("0005_e.sql", "")], after: []) == "number 4 is missing before 0005_e.sql")
        #expect(refusal(of: three + [("0003_d.sql", "")], after: []) == "0003_c.sql and 0003_d.sql have the same number")
    }

    @Test(
        "a name is four digits, an underscore, lower-case letters, digits and underscores, and .sql",
        arguments: [
            "1_a.sql", "00001_a.sql", "0001a.sql", "0001_.sql", "0001_A.sql", "0001_a-b.sql", "0001_é.sql",
            "٠٠٠١_a.sql", "_a.sql", ".sql", "0001.sql",
        ]
    )
    func names(name: String) {
        #expect(refusal(of: [(name, "")], after: [])?.contains("is not named as a migration is") == true)
    }

    @Test("a file holds no NUL and is UTF-8", arguments: [[0x20, 0x00], [0xFF], [0xC3]] as [[UInt8]])
    func text(bytes: [UInt8]) throws {
        #expect(throws: MigrationError.self) { try Migrations([(name: "0001_a.sql", bytes: bytes)]) }
    }

    @Test("a folder that is not there, or has no migration, is refused")
    func folders() {
        #expect(throws: MigrationError.self) { try Migrations(folder: "/nonexistent") }
        #expect(throws: MigrationError.self) { try Migrations(folder: "/dev") }
    }
}
