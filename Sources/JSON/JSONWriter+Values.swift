extension JSONWriter {
    /// Writes `null`.
    public mutating func null() {
        raw("null")
    }

    /// Writes a document that is JSON already, exactly as it is: PostgreSQL's `json` keeps what was stored byte by byte and
    /// refused, when it was stored, what is not JSON.
    public mutating func verbatim(_ document: RawSpan) {
        raw(document)
    }

    /// Writes a whole number.
    public mutating func integer(_ value: Int64) {
        reserve(24)
        var rest = value.magnitude
        if value < 0 {
            storage.overwrite(at: end, with: UInt8(ascii: "-"))
            end &+= 1
        }
        let length = decimalLength(of: rest)
        var position = end &+ length
        end = position
        while rest >= 100 {
            position &-= 2
            storage.overwrite(at: position, with: decimalPair(rest % 100).littleEndian)
            rest /= 100
        }
        if rest >= 10 {
            storage.overwrite(at: position &- 2, with: decimalPair(rest).littleEndian)
        } else {
            storage.overwrite(at: position &- 1, with: UInt8(ascii: "0") &+ UInt8(truncatingIfNeeded: rest))
        }
    }

    /// Writes `uuid` in quotes and lower case, 38 bytes.
    public mutating func uuid(_ uuid: UUID) {
        writeUUID(high: UInt64(truncatingIfNeeded: uuid.value >> 64), low: UInt64(truncatingIfNeeded: uuid.value))
    }

    /// Writes PostgreSQL's binary `uuid` in quotes and lower case, 38 bytes. Traps where `bigEndian` has not 16 bytes.
    public mutating func uuid(_ bigEndian: RawSpan) {
        precondition(bigEndian.byteCount == 16, "a uuid has 16 bytes")
        writeUUID(high: bigEndian.littleEndianWord(at: 0).byteSwapped, low: bigEndian.littleEndianWord(at: 8).byteSwapped)
    }

    private mutating func writeUUID(high: UInt64, low: UInt64) {
        reserve(38)
        let start = end
        let second = hexadecimalDigits(UInt32(truncatingIfNeeded: high))
        let third = hexadecimalDigits(UInt32(truncatingIfNeeded: low >> 32))
        let hyphen = UInt8(ascii: "-")
        storage.overwrite(at: start, with: UInt8(ascii: "\""))
        storage.overwrite(at: start &+ 1, with: hexadecimalDigits(UInt32(truncatingIfNeeded: high >> 32)).bigEndian)
        storage.overwrite(at: start &+ 9, with: hyphen)
        storage.overwrite(at: start &+ 10, with: UInt32(truncatingIfNeeded: second >> 32).bigEndian)
        storage.overwrite(at: start &+ 14, with: hyphen)
        storage.overwrite(at: start &+ 15, with: UInt32(truncatingIfNeeded: second).bigEndian)
        storage.overwrite(at: start &+ 19, with: hyphen)
        storage.overwrite(at: start &+ 20, with: UInt32(truncatingIfNeeded: third >> 32).bigEndian)
        storage.overwrite(at: start &+ 24, with: hyphen)
        storage.overwrite(at: start &+ 25, with: UInt32(truncatingIfNeeded: third).bigEndian)
        storage.overwrite(at: start &+ 29, with: hexadecimalDigits(UInt32(truncatingIfNeeded: low)).bigEndian)
        storage.overwrite(at: start &+ 37, with: UInt8(ascii: "\""))
        end = start &+ 38
    }
}
