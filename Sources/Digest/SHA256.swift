import CCrypto

// The target `Digest` wraps the one function of libcrypto that Debrief needs. It knows nothing of tokens.

/// SHA-256 (FIPS 180-4), 32 bytes.
public struct SHA256: Equatable, Sendable {
    /// The digest.
    public let bytes: InlineArray<32, UInt8>

    /// libcrypto's implementation, looked up once a process: its one-shot `SHA256` looks for it by name each time, which costs more than to digest a
    /// token. Never freed, never changed, so it may be shared.
    private nonisolated(unsafe) static let algorithm = EVP_MD_fetch(nil, "SHA256", nil)

    /// The digest of a message that is in memory as a whole.
    ///
    /// The C function is `EVP_Digest`.
    public init(of message: Span<UInt8>) {
        var digest = InlineArray<32, UInt8>(repeating: 0)
        message.withUnsafeBufferPointer { input in
            var output = digest.mutableSpan
            output.withUnsafeMutableBufferPointer { output in
                let isDone = EVP_Digest(input.baseAddress, input.count, output.baseAddress, nil, Self.algorithm, nil)
                precondition(isDone == 1, "libcrypto has no SHA-256, or no memory")
            }
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
