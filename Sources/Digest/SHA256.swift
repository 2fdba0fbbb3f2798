import CCrypto

// The target `Digest` wraps the one function of libcrypto that Debrief needs. It knows nothing of tokens.

/// SHA-256 (FIPS 180-4), 32 bytes.
public struct SHA256: Equatable, Sendable {
    /// The digest.
    public let bytes: InlineArray<32, UInt8>

    /// The digest of a message that is in memory as a whole.
    public init(of message: Span<UInt8>) {
        var digest = InlineArray<32, UInt8>(repeating: 0)
        message.withUnsafeBufferPointer { input in
            var output = digest.mutableSpan
            output.withUnsafeMutableBufferPointer { _ = CCrypto.SHA256(input.baseAddress, input.count, $0.baseAddress) }
        }
        bytes = digest
    }

    /// Lower-case hexadecimal, 64 characters.
    public var hexadecimal: String {
        let digits = Array("0123456789abcdef")
        return String(bytes.indices.flatMap { [digits[Int(bytes[$0] >> 4)], digits[Int(bytes[$0] & 15)]] })
    }

    /// Whether the digests are the same.
    public static func == (a: SHA256, b: SHA256) -> Bool { a.bytes.indices.allSatisfy { a.bytes[$0] == b.bytes[$0] } }
}
