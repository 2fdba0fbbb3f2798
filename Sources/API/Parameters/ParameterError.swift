/// A parameter that was refused: what the API answers with 400 and the code `invalid_parameter`.
///
/// It holds a name and what would have been right, never the value that was sent: values are not logged.
public struct ParameterError: Error, Equatable, Sendable {
    /// The longest name that is echoed, in bytes of UTF-8.
    public static let longestName = 64

    /// The name: the parameter's own where the endpoint has it, else as it was sent, still encoded, and at most 64 bytes of it.
    public let parameter: String

    /// What is wrong, in English, for people.
    public let message: String

    /// A fault of a parameter that the endpoint has.
    init(parameter: String, message: String) {
        self.parameter = parameter
        self.message = message
    }

    /// A fault of what the endpoint has no parameter for.
    ///
    /// - Parameter name: the bytes of the query, which need not be UTF-8. The copy is: what is not becomes U+FFFD, and it is cut
    ///   between characters.
    init(sentName name: Span<UInt8>, message: String) {
        // A character that begins within the limit ends within three bytes more; what is cut inside one begins beyond.
        let bytes = [UInt8](name.extracting(first: min(name.count, Self.longestName + 3)))
        var text = String.UnicodeScalarView()
        var length = 0
        for scalar in String(decoding: bytes, as: UTF8.self).unicodeScalars {
            length += UTF8.width(scalar)
            guard length <= Self.longestName else { break }
            text.append(scalar)
        }
        parameter = String(text)
        self.message = message
    }
}

extension [UInt8] {
    /// A copy of `bytes`.
    init(_ bytes: Span<UInt8>) {
        self.init(capacity: bytes.count) { output in
            for index in bytes.indices {
                output.append(bytes[index])
            }
        }
    }
}
