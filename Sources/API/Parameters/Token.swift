/// A new API token: `debrief_`, 40 random characters of base62, and 6 of a checksum.
///
/// The fixed beginning and the checksum let secret scanners find lost tokens, and let the API refuse a typing error without asking the
/// database. 40 characters are 238 random bits. The database keeps the SHA-256 of the text, so the text is shown once and never again.
public struct Token: Sendable {
    /// What each token begins with.
    static let scheme = "debrief_"

    /// Length of ``scheme``.
    static let schemeLength = 8

    static let randomLength = 40

    static let checksumLength = 6

    /// Bytes in a token, all of them ASCII.
    public static let length = schemeLength + randomLength + checksumLength

    /// How much of a token may be shown and stored: the scheme and eight characters, which leave 190 random bits.
    public static let prefixLength = schemeLength + 8

    /// The token. Whoever has it is let in.
    public let text: String

    /// The beginning, for telling tokens apart in lists.
    public var prefix: String {
        String(text.prefix(Self.prefixLength))
    }

    /// Makes a token from `generator`, which must be cryptographically secure, as `SystemRandomNumberGenerator` is.
    public init(using generator: inout some RandomNumberGenerator) {
        var bytes = [UInt8](Self.scheme.utf8)
        bytes.reserveCapacity(Self.length)
        for _ in 0..<Self.randomLength {
            // The library rejects what would favour some characters.
            bytes.append(base62Digit(UInt32.random(in: 0..<62, using: &generator)))
        }
        let checksum = CRC32.checksum(of: bytes.span)
        for index in 0..<Self.checksumLength {
            bytes.append(checksumDigit(index, of: checksum))
        }
        text = String(decoding: bytes, as: UTF8.self)
    }

    /// Whether `text` has the form of a token and the checksum is right. It says nothing of whether there is such a token.
    public static func isWellFormed(_ text: Span<UInt8>) -> Bool {
        guard text.count == length else { return false }
        let signed = text.extracting(first: length - checksumLength)
        for (index, byte) in scheme.utf8.enumerated() where text[index] != byte {
            return false
        }
        for index in schemeLength..<signed.count where !isBase62(text[index]) {
            return false
        }
        let checksum = CRC32.checksum(of: signed)
        for index in 0..<checksumLength where text[signed.count + index] != checksumDigit(index, of: checksum) {
            return false
        }
        return true
    }
}

extension Token: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// The prefix alone: a token that is printed by mistake must not be a token that is lost.
    public var description: String {
        prefix + "…"
    }

    /// The prefix alone, as in ``description``.
    public var debugDescription: String {
        description
    }

    /// No parts: `dump` shows no more than ``description``.
    public var customMirror: Mirror {
        Mirror(self, children: [])
    }
}

/// The digit of `value`, which is below 62, in the order `0-9A-Za-z`.
private func base62Digit(_ value: UInt32) -> UInt8 {
    let value = UInt8(truncatingIfNeeded: value)
    return switch value {
    case 0..<10: UInt8(ascii: "0") + value
    case 10..<36: UInt8(ascii: "A") + value - 10
    default: UInt8(ascii: "a") + value - 36
    }
}

private func isBase62(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"): true
    default: false
    }
}

/// The digit `index` of `checksum` in six digits of base62, the first being the highest. 62^6 is above 2^32.
private func checksumDigit(_ index: Int, of checksum: UInt32) -> UInt8 {
    var rest = checksum
    for _ in index..<Token.checksumLength - 1 {
        rest /= 62
    }
    return base62Digit(rest % 62)
}
