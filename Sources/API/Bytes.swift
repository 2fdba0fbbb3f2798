/// The few things that parsing wants of bytes.
extension Span<UInt8> {
    /// Where a byte is found first.
    func firstIndex(of byte: UInt8) -> Int? {
        indices.first { self[$0] == byte }
    }

    /// Whether the bytes begin with those.
    func hasPrefix(_ prefix: [UInt8]) -> Bool {
        count >= prefix.count && prefix.indices.allSatisfy { self[$0] == prefix[$0] }
    }

    /// Whether the bytes, with upper-case ASCII letters taken as lower case, begin with those.
    func lowercasedHasPrefix(_ prefix: [UInt8]) -> Bool {
        count >= prefix.count
            && prefix.indices.allSatisfy { index in
                let byte = self[index]
                let isUpper = UInt8(ascii: "A")...UInt8(ascii: "Z") ~= byte
                return (isUpper ? byte | 0x20 : byte) == prefix[index]
            }
    }

    /// Whether the bytes are those.
    func equals(_ other: [UInt8]) -> Bool {
        count == other.count && hasPrefix(other)
    }
}
