/// What a text says as a UUID: five groups of hexadecimal digits between hyphens.
enum UUIDModel {
    static func value(_ text: [UInt8]) -> UInt128? {
        let groups = String(decoding: text, as: UTF8.self).split(separator: "-", omittingEmptySubsequences: false)
        guard groups.map(\.utf8.count) == [8, 4, 4, 4, 12], groups.joined().allSatisfy({ "0123456789abcdefABCDEF".contains($0) }) else { return nil }
        return UInt128(groups.joined(), radix: 16)
    }

    /// The 16 bytes, the highest first.
    static func bytes(_ value: UInt128) -> [UInt8] { (0..<16).map { UInt8(value >> (8 * (15 - $0)) & 255) } }

    /// In lower case.
    static func text(_ value: UInt128) -> String {
        let digits = String(value, radix: 16)
        let all = Array(String(repeating: "0", count: 32 - digits.count) + digits)
        return [0..<8, 8..<12, 12..<16, 16..<20, 20..<32].map { String(all[$0]) }.joined(separator: "-")
    }
}
