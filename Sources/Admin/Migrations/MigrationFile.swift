import Digest

/// A migration: a file of SQL that is run once in each database, and never changed afterwards.
struct MigrationFile: Equatable, Sendable {
    /// The four digits that the name begins with.
    let number: Int
    /// The file's name, `NNNN_name.sql`.
    let name: String
    /// What is run.
    let sql: String
    /// The SHA-256 of this file and, through the hash of the one before, of all files before it, in lower-case hexadecimal.
    ///
    /// The bytes that are hashed: the 64 characters of the hash before, none for the first file; one line feed; the file as it is. So an edit or
    /// another order shows at the first file that it touches, whatever comes after. This must never change: it is in each migrated database.
    let hash: String

    /// Checks and hashes a file.
    ///
    /// - Parameters:
    ///   - bytes: the whole of the file.
    ///   - previous: the file before; nil for the first.
    init(name: String, bytes: [UInt8], after previous: MigrationFile?) throws(MigrationError) {
        guard let number = Self.number(ofName: name) else { throw .malformedName(name) }
        // PostgreSQL takes text that ends at a NUL, so what is behind one would silently not be run.
        guard let sql = String(validating: bytes, as: UTF8.self), !bytes.contains(0) else { throw .notText(name) }
        let hashed = Array((previous?.hash ?? "").utf8) + [UInt8(ascii: "\n")] + bytes
        self.number = number
        self.name = name
        self.sql = sql
        hash = SHA256(of: hashed.span).hexadecimal
    }

    /// The number of a name of the form `NNNN_name.sql`, its middle of lower-case letters, digits and `_`; nil for any other name.
    private static func number(ofName name: String) -> Int? {
        let parts = name.split(separator: "_", maxSplits: 1)
        guard parts.count == 2, parts[0].utf8.count == 4, parts[0].utf8.allSatisfy(isDigit), parts[1].hasSuffix(".sql") else { return nil }
        let word = parts[1].utf8.dropLast(4)
        guard !word.isEmpty, word.allSatisfy({ isDigit($0) || (UInt8(ascii: "a")...UInt8(ascii: "z")).contains($0) || $0 == UInt8(ascii: "_") })
        else { return nil }
        return Int(parts[0])
    }

    private static func isDigit(_ byte: UInt8) -> Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) }
}
