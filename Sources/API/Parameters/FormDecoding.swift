import JSON

/// Undoes the encoding of a parameter's name or value: `%` and two hexadecimal digits are a byte, `+` is a space.
public enum FormDecoding {
    /// Why something cannot be decoded.
    public enum Failure: Error, Equatable, Sendable {
        /// A `%` without two hexadecimal digits behind it (RFC 3986, section 2.1).
        case brokenEscape

        /// The bytes are not UTF-8, in the strict sense of RFC 3629: no overlong form, no surrogate.
        case invalidUTF8
    }

    /// Decodes `encoded` into `decoded`, whose memory is used again and whose former content is gone.
    ///
    /// `%00` is a byte like others: it is for each parameter's own form to refuse it, and each does.
    public static func decode(_ encoded: Span<UInt8>, into decoded: inout [UInt8]) throws(Failure) {
        decoded.removeAll(keepingCapacity: true)
        var isASCII = true
        var position = 0
        while position < encoded.count {
            var byte = encoded[position]
            position += 1
            switch byte {
            case UInt8(ascii: "+"):
                byte = UInt8(ascii: " ")
            case UInt8(ascii: "%"):
                guard encoded.count - position >= 2,
                    let high = hexadecimalValue(of: encoded[position]), let low = hexadecimalValue(of: encoded[position + 1])
                else { throw .brokenEscape }
                byte = high << 4 | low
                position += 2
            default:
                break
            }
            isASCII = isASCII && byte < 0x80
            decoded.append(byte)
        }
        guard isASCII || isUTF8(decoded.span) else { throw .invalidUTF8 }
    }

    private static func isUTF8(_ bytes: Span<UInt8>) -> Bool {
        do {
            _ = try UTF8Span(validating: bytes)
            return true
        } catch {
            return false
        }
    }
}
