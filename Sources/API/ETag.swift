import Digest
import JSON

/// The entity tag of a body (RFC 9110, section 8.8.3): of its bytes alone, so that it is the same from whichever worker, host or version they come, and
/// two bodies with one tag are one to the byte.
///
/// A collision of the 64 bits would keep from a client that one page has changed, until it changes again: one in 2^64 changes.
struct ETag {
    /// 16 lower-case hexadecimal digits.
    private let digits: InlineArray<16, UInt8>

    init(of body: RawSpan) {
        let value = Fingerprint(of: body).value
        digits = InlineArray { index in
            let digit = UInt8(truncatingIfNeeded: value >> UInt64(60 &- 4 &* index)) & 15
            return digit < 10 ? UInt8(ascii: "0") &+ digit : UInt8(ascii: "a") &+ digit &- 10
        }
    }

    /// Writes the line of the field.
    ///
    /// - Parameter isWeak: as nginx makes it where it compresses.
    func write(to head: inout JSONWriter, isWeak: Bool) {
        head.raw("ETag: ")
        if isWeak { head.raw("W/") }
        head.raw("\"")
        head.raw(digits.span)
        head.raw("\"\r\n")
    }

    /// Whether that is what stands between the quotes of a tag.
    func hasOpaqueTag(_ bytes: Span<UInt8>) -> Bool {
        bytes.count == digits.count && digits.indices.allSatisfy { digits[$0] == bytes[$0] }
    }
}
