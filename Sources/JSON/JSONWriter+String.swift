extension JSONWriter {
    /// Writes `text` as a JSON string, for what is a Swift `String` already, such as the message of an error.
    public mutating func string(_ text: String) {
        text.utf8.span.withRawBytes { string($0) }
    }

    /// Writes UTF-8 as a JSON string.
    public mutating func string(_ utf8: Span<UInt8>) {
        utf8.withRawBytes { string($0) }
    }

    /// Writes UTF-8 as a JSON string.
    ///
    /// Escaped is what RFC 8259, section 7, demands and nothing else: `"`, `\` and U+0000 to U+001F, by the short form where
    /// there is one. All other bytes come out as they went in; PostgreSQL has made sure that they are UTF-8.
    public mutating func string(_ utf8: RawSpan) {
        // Room for the quotes and a text without escapes, which is nearly every text; escapes make their own.
        reserve(utf8.byteCount &+ 2)
        storage.store(UInt8(ascii: "\""), at: end)
        end &+= 1

        var start = 0
        while true {
            let stop = nextEscape(in: utf8, from: start)
            let run = utf8.extracting(start..<stop)
            reserve(run.byteCount &+ 1)
            append(run)
            guard stop < utf8.byteCount else { break }
            escape(utf8.byte(at: stop))
            start = stop &+ 1
        }

        storage.store(UInt8(ascii: "\""), at: end)
        end &+= 1
    }

    /// Where the next byte is that must be escaped, or the end.
    @inline(__always)
    private func nextEscape(in utf8: RawSpan, from start: Int) -> Int {
        var position = start
        while position <= utf8.byteCount &- 8 {
            let found = bytesToEscape(in: utf8.littleEndianWord(at: position))
            guard found == 0 else { return position &+ found.trailingZeroBitCount / 8 }
            position &+= 8
        }
        while position < utf8.byteCount {
            let byte = utf8.byte(at: position)
            guard byte >= 0x20, byte != UInt8(ascii: "\""), byte != UInt8(ascii: "\\") else { return position }
            position &+= 1
        }
        return position
    }

    private mutating func escape(_ byte: UInt8) {
        switch byte {
        case UInt8(ascii: "\""): raw(#"\""#)
        case UInt8(ascii: "\\"): raw(#"\\"#)
        case 0x08: raw(#"\b"#)
        case 0x09: raw(#"\t"#)
        case 0x0a: raw(#"\n"#)
        case 0x0c: raw(#"\f"#)
        case 0x0d: raw(#"\r"#)
        default:
            reserve(6)
            raw(#"\u00"#)
            storage.store(UInt8(ascii: "0") &+ byte >> 4, at: end)
            storage.store(lowerCaseHexadecimalDigit(byte & 0x0f), at: end &+ 1)
            end &+= 2
        }
    }

    private func lowerCaseHexadecimalDigit(_ nibble: UInt8) -> UInt8 {
        nibble < 10 ? UInt8(ascii: "0") + nibble : UInt8(ascii: "a") + nibble - 10
    }
}

/// Marks, by its highest bit, the lowest byte of `word` that a JSON string must not hold as it is; 0 where there is none.
///
/// Eight bytes at once: a byte below n borrows in `byte - n`, which sets its highest bit, and `& ~byte` forgets those that had it
/// set before, all of UTF-8's beyond ASCII. A borrow can mark the byte above by mistake, never one below the first.
@inline(__always)
private func bytesToEscape(in word: UInt64) -> UInt64 {
    let ones: UInt64 = 0x0101_0101_0101_0101
    let quotes = word ^ (ones &* UInt64(UInt8(ascii: "\"")))
    let backslashes = word ^ (ones &* UInt64(UInt8(ascii: "\\")))
    let controls = (word &- ones &* 0x20) & ~word
    return (controls | (quotes &- ones) & ~quotes | (backslashes &- ones) & ~backslashes) & (ones &* 0x80)
}
