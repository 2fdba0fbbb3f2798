import Support
import Testing

@testable import API

/// Not a token of anybody's: forty zeros and their checksum.
private let zeros = "debrief_" + String(repeating: "0", count: 40)

private func isWellFormed(_ text: String) -> Bool {
    Token.isWellFormed(text.utf8.span)
}

private func checksum(_ text: String) -> UInt32 {
    CRC32.checksum(of: text.utf8.span)
}

@Suite("Tokens")
struct TokenTests {
    @Test(
        "the checksum is the CRC-32 of IEEE 802.3",
        arguments: [
            ("", 0), ("a", 0xe8b7_be43), ("123456789", 0xcbf4_3926), ("The quick brown fox jumps over the lazy dog", 0x414f_a339),
        ] as [(String, UInt32)]
    )
    func crc32(text: String, expected: UInt32) {
        #expect(checksum(text) == expected)
    }

    @Test("a new token has the fixed beginning, 40 random characters and six of the checksum in base62, and is well-formed")
    func made() {
        var generator = SeededGenerator(seed: 15)
        let alphabet = Array("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz")
        for _ in 0..<500 {
            let token = Token(using: &generator)
            #expect(token.text.utf8.count == 54)
            #expect(token.text.hasPrefix("debrief_"))
            #expect(token.text.dropFirst(8).allSatisfy { alphabet.contains($0) })
            let value = token.text.suffix(6).reduce(0) { $0 * 62 + (alphabet.firstIndex(of: $1) ?? 0) }
            #expect(value == Int(checksum(String(token.text.dropLast(6)))))
            #expect(isWellFormed(token.text))
        }
    }

    @Test("every character of the alphabet is drawn about equally often")
    func unbiased() {
        var generator = SeededGenerator(seed: 16)
        var counts: [Character: Int] = [:]
        for _ in 0..<1_000 {
            for character in Token(using: &generator).text.dropFirst(8).prefix(40) {
                counts[character, default: 0] += 1
            }
        }
        #expect(counts.count == 62)
        // 645 each is what to expect, 25 the standard deviation.
        #expect(counts.values.allSatisfy { 500...790 ~= $0 })
    }

    @Test("the checksum is padded with zeros where it is small")
    func padding() throws {
        // Looks for a token whose checksum is below 62^5, one in 62 of them.
        var generator = SeededGenerator(seed: 17)
        let token = try #require((0..<5_000).lazy.map { _ in Token(using: &generator) }.first { $0.text.dropLast(5).last == "0" })
        #expect(isWellFormed(token.text))
        #expect(!isWellFormed(String(token.text.dropLast(6) + token.text.suffix(5))))
    }

    @Test("one wrong character anywhere, and two exchanged ones, are found")
    func typingErrors() {
        var generator = SeededGenerator(seed: 18)
        let token = Array(Token(using: &generator).text)
        for index in token.indices {
            for wrong: Character in ["0", "1", "Z", "z", "_", "-", " ", "é"] where wrong != token[index] {
                var text = token
                text[index] = wrong
                #expect(!isWellFormed(String(text)))
            }
            guard index > 0, token[index] != token[index - 1] else { continue }
            var text = token
            text.swapAt(index, index - 1)
            #expect(!isWellFormed(String(text)))
        }
    }

    @Test("letter case counts")
    func letterCase() {
        var generator = SeededGenerator(seed: 19)
        let token = Token(using: &generator).text
        #expect(!isWellFormed(token.uppercased()))
        #expect(!isWellFormed(token.lowercased()))
        #expect(!isWellFormed("Debrief_" + token.dropFirst(8)))
    }

    @Test(
        "a text of another length or with other characters is no token",
        arguments: [
            "", "debrief_", "x", zeros, zeros + "00000", zeros + "0000000", String(repeating: "0", count: 54), String(repeating: "a", count: 5_000),
            "debrief_" + String(repeating: "0", count: 4_992), String(repeating: "\u{0}", count: 54), String(repeating: "é", count: 27),
        ]
    )
    func malformed(text: String) {
        #expect(!isWellFormed(text))
    }

    @Test("the checksum is over the beginning too, and only over what is base62")
    func signedPart() {
        let outside = "debrief_" + String(repeating: "-", count: 40)
        #expect(isWellFormed(zeros + base62(checksum(zeros))))
        #expect(!isWellFormed(outside + base62(checksum(outside))))
        #expect(!isWellFormed(zeros + base62(checksum(String(zeros.dropFirst(8))))))
        let other = "Debrief_" + String(repeating: "0", count: 40)
        #expect(!isWellFormed(other + base62(checksum(other))))
    }

    @Test("what is printed of a token is its first 16 characters")
    func description() {
        var generator = SeededGenerator(seed: 20)
        let token = Token(using: &generator)
        #expect(token.prefix == String(token.text.prefix(16)))
        var dumped = ""
        dump(token, to: &dumped)
        for text in ["\(token)", String(reflecting: token), dumped, "\([token])"] {
            #expect(text.contains(token.prefix))
            #expect(!text.contains(token.text.dropFirst(16).prefix(4)))
        }
    }

    private func base62(_ value: UInt32) -> String {
        let alphabet = Array("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz")
        var text = ""
        var rest = Int(value)
        for _ in 0..<6 {
            text = String(alphabet[rest % 62]) + text
            rest /= 62
        }
        return text
    }
}
