/// The `Authorization` field, and the checksum of a token by long division.
enum TokenModel {
    enum Verdict: Equatable {
        case token([UInt8])
        case missing
        case invalid
    }

    private static let alphabet = Array("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz".utf8)

    static func verdict(_ field: [UInt8]) -> Verdict {
        let scheme = String(decoding: field.prefix(7).map { (65...90).contains($0) ? $0 + 32 : $0 }, as: UTF8.self)
        guard scheme == "bearer " else { return .missing }
        var token = Array(field.dropFirst(7).drop { $0 == 32 })
        while token.last == 32 { token.removeLast() }
        if token.isEmpty { return .missing }
        return isWellFormed(token) ? .token(token) : .invalid
    }

    private static func isWellFormed(_ token: [UInt8]) -> Bool {
        token.count == 54 && token.starts(with: "debrief_".utf8) && token.dropFirst(8).allSatisfy { alphabet.contains($0) }
            && Array(token.suffix(6)) == checksum(of: Array(token.prefix(48)))
    }

    /// Six digits of base62, the highest first.
    static func checksum(of bytes: [UInt8]) -> [UInt8] {
        var rest = crc32(bytes)
        var digits: [UInt8] = []
        for _ in 0..<6 {
            digits.insert(alphabet[Int(rest % 62)], at: 0)
            rest /= 62
        }
        return digits
    }

    /// Bit by bit, by the polynomial as IEEE 802.3 writes it: each byte's lowest bit first, the first 32 bits and the result complemented.
    private static func crc32(_ bytes: [UInt8]) -> UInt32 {
        let polynomial: UInt32 = 0x04c1_1db7
        var remainder = UInt32.max
        for byte in bytes {
            for bit in 0..<8 {
                let isSet = (remainder >> 31 == 1) != (byte >> bit & 1 == 1)
                remainder = remainder << 1 ^ (isSet ? polynomial : 0)
            }
        }
        return (0..<32).reduce(0) { $0 | (~remainder >> $1 & 1) << (31 - $1) }
    }
}
