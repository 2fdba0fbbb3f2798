import Foundation
import Support
import Testing

@testable import API

/// What the README gives to secret scanners is read from there: who copies it has to find our tokens, and to find that they are ours.
@Suite("The pattern for secret scanners in the README")
struct SecretScannerTests {
    private let readme: String
    private let pattern: NSRegularExpression
    /// The example: of a token's form, and no one's.
    private let example: String

    init() throws {
        readme = try String(contentsOfFile: "\(Run.repository)/README.md", encoding: .utf8)
        pattern = try NSRegularExpression(pattern: String(#require(readme.firstMatch(of: /regex = '''(.+)'''/)).1))
        example = try String(#require(readme.firstMatch(of: /debrief_0123[0-9A-Za-z]{42}/)).0)
    }

    private func found(in text: String) -> [String] {
        pattern.matches(in: text, range: NSRange(text.startIndex..., in: text)).compactMap { Range($0.range, in: text).map { String(text[$0]) } }
    }

    @Test("the pattern finds the example and every token that is made, and nothing that is longer, shorter or part of a word")
    func finds() throws {
        #expect(found(in: readme) == [example])
        var generator = SystemRandomNumberGenerator()
        var missed = 0
        var taken = 0
        for _ in 0..<1_000 {
            let token = Token(using: &generator).text
            for (before, after) in [("", ""), ("token=", "\n"), ("\"", "\""), ("Bearer ", ","), ("https://x/?t=", "&u=1"), ("(", ").")] {
                missed += found(in: before + token + after) == [token] ? 0 : 1
            }
            for text in [token + "0", String(token.dropLast()), "x" + token, token.uppercased(), token.replacing("_", with: "-")] {
                taken += found(in: text) == [] ? 0 : 1
            }
        }
        #expect(missed == 0)
        #expect(taken == 0)
    }

    @Test("the example has the checksum of a token, another has not; nobody has it")
    func checksum() throws {
        let wrong = String(example.dropLast()) + (example.last == "0" ? "1" : "0")
        #expect(found(in: wrong) == [wrong])
        let (isWellFormed, isWrongWellFormed) = (Token.isWellFormed(example.utf8.span), Token.isWellFormed(wrong.utf8.span))
        #expect(isWellFormed && !isWrongWellFormed)
        #expect(try Stage.shared().client.get("users", token: example).status == 401)
    }

    @Test("the README's Python tells a token from a text of its form", .enabled(if: FileManager.default.isExecutableFile(atPath: "/usr/bin/python3")))
    func python() throws {
        let block = readme.split(separator: "\n", omittingEmptySubsequences: false).drop { $0 != "    import re, sys, zlib" }
        let script = block.prefix { $0.hasPrefix("    ") || $0.isEmpty }.map { $0.dropFirst(4) }.joined(separator: "\n")
        let wrong = String(example.dropLast(6)) + "000000"
        var generator = SystemRandomNumberGenerator()
        let token = Token(using: &generator).text
        let said = try run(["/usr/bin/python3", "-c", script], input: "\(example)\n\(wrong)\n\(token)\n")
        #expect(said.output == "\(example.prefix(16)) True\n\(example.prefix(16)) False\n\(token.prefix(16)) True\n", "\(said.errors)\(script)")
    }
}
