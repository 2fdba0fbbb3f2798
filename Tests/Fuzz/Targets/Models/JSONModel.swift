import Foundation

/// JSON by the table of RFC 8259, and as Foundation reads it.
enum JSONModel {
    private static let short: [UInt8: String] = [0x22: #"\""#, 0x5c: #"\\"#, 0x08: #"\b"#, 0x09: #"\t"#, 0x0a: #"\n"#, 0x0c: #"\f"#, 0x0d: #"\r"#]

    /// Section 7: what must be escaped, in the shortest form, and nothing else.
    static func string(_ text: [UInt8]) -> [UInt8] {
        let escaped = text.flatMap { byte -> [UInt8] in
            if let short = short[byte] { return Array(short.utf8) }
            return byte < 0x20 ? Array(#"\u00\#(byte < 16 ? "0" : "")\#(String(byte, radix: 16))"#.utf8) : [byte]
        }
        return [UInt8(ascii: "\"")] + escaped + [UInt8(ascii: "\"")]
    }

    /// What Foundation reads; nil where it finds no JSON.
    static func foundation(_ bytes: [UInt8]) -> Any? { try? JSONSerialization.jsonObject(with: Data(bytes), options: .fragmentsAllowed) }
}
