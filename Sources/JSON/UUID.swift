/// A UUID (RFC 9562) as the 128-bit number it is.
///
/// Numbers sort as PostgreSQL sorts its `uuid`: byte by byte from the first. No bit is taken for a version or a variant.
public struct UUID: Hashable, Comparable, Sendable {
    /// The number, whose highest byte is the first of the text.
    public var value: UInt128

    /// The UUID that is `value`.
    public init(value: UInt128) {
        self.value = value
    }

    /// 00000000-0000-0000-0000-000000000000, below which there is none (RFC 9562, section 5.9).
    public static let zero = UUID(value: .min)

    /// ffffffff-ffff-ffff-ffff-ffffffffffff, above which there is none (RFC 9562, section 5.10).
    public static let max = UUID(value: .max)

    /// Reads the text form 8-4-4-4-12 (RFC 9562, section 4), in any letter case.
    ///
    /// - Returns: `nil` for all else, braces, `urn:uuid:` and missing hyphens included, although PostgreSQL would take some.
    public init?(text: Span<UInt8>) {
        guard text.count == 36 else { return nil }
        var value: UInt128 = 0
        for index in 0..<36 {
            let byte = text[index]
            switch index {
            case 8, 13, 18, 23:
                guard byte == UInt8(ascii: "-") else { return nil }
            default:
                guard let digit = hexadecimalValue(of: byte) else { return nil }
                value = value << 4 | UInt128(digit)
            }
        }
        self.value = value
    }

    /// Takes the 16 bytes of PostgreSQL's binary `uuid`, the first being the highest. Traps for any other number of bytes.
    public init(bigEndian bytes: RawSpan) {
        precondition(bytes.byteCount == 16, "a uuid has 16 bytes")
        // The words are read with their first byte lowest; swapped, it is highest.
        let high = bytes.littleEndianWord(at: 0).byteSwapped
        let low = bytes.littleEndianWord(at: 8).byteSwapped
        value = UInt128(high) << 64 | UInt128(low)
    }

    /// The lesser is the one that PostgreSQL sorts first.
    public static func < (left: UUID, right: UUID) -> Bool {
        left.value < right.value
    }
}

extension UUID: LosslessStringConvertible {
    /// Reads what ``init(text:)`` reads, from a `String`: for command lines and tests.
    public init?(_ description: String) {
        self.init(text: description.utf8.span)
    }

    /// The text form in lower case, 36 characters, as RFC 9562, section 4, wants it written.
    public var description: String {
        var writer = JSONWriter(capacity: 64)
        writer.uuid(self)
        return String(writer.text.dropFirst().dropLast())
    }
}
