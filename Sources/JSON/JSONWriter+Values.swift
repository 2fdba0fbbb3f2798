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
            storage.store(UInt8(ascii: "-"), at: end)
            end &+= 1
        }
        let length = decimalLength(of: rest)
        var position = end &+ length
        end = position
        while rest >= 100 {
            position &-= 2
            storage.store(decimalPair(rest % 100).littleEndian, at: position)
            rest /= 100
        }
        if rest >= 10 {
            storage.store(decimalPair(rest).littleEndian, at: position &- 2)
        } else {
            storage.store(UInt8(ascii: "0") &+ UInt8(truncatingIfNeeded: rest), at: position &- 1)
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

    /// Five words that overlap by two bytes, rather than a store for each of the groups and hyphens: a page of 50 sessions has 150 of these.
    private mutating func writeUUID(high: UInt64, low: UInt64) {
        reserve(38)
        let start = end
        // The digits as they lie in memory, the first in the lowest byte.
        let first = hexadecimalDigits(UInt32(truncatingIfNeeded: high >> 32)).byteSwapped
        let second = hexadecimalDigits(UInt32(truncatingIfNeeded: high)).byteSwapped
        let third = hexadecimalDigits(UInt32(truncatingIfNeeded: low >> 32)).byteSwapped
        let fourth = hexadecimalDigits(UInt32(truncatingIfNeeded: low)).byteSwapped
        let (quote, hyphen) = (UInt64(UInt8(ascii: "\"")), UInt64(UInt8(ascii: "-")))
        storage.store((quote | first << 8).littleEndian, at: start)
        let secondWord: UInt64 = first >> 56 | hyphen << 8 | hyphen << 48
        storage.store((secondWord | (second & 0xffff_ffff) << 16 | (second >> 32) << 56).littleEndian, at: start &+ 8)
        storage.store((second >> 40 | hyphen << 24 | third << 32).littleEndian, at: start &+ 16)
        storage.store((hyphen | (third >> 32) << 8 | fourth << 40).littleEndian, at: start &+ 24)
        storage.store((fourth >> 8 | quote << 56).littleEndian, at: start &+ 30)
        end = start &+ 38
    }
}
