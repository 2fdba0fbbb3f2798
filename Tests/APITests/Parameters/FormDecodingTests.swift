import API
import Support
import Testing

@Suite("Form decoding")
struct FormDecodingTests {
    @Test(
        "escapes are bytes and a plus is a space",
        arguments: [
            ("", ""), ("abc", "abc"), ("a+b", "a b"), ("a%20b", "a b"), ("a%2Bb", "a+b"), ("%41%6a%6A", "Ajj"), ("%25", "%"), ("%2541", "%41"),
            ("%C3%A9", "é"), ("%f0%9d%84%9e", "𝄞"), ("é", "é"), ("%00", "\u{0}"), ("%26%3D", "&="), ("%EF%BF%BD", "\u{fffd}"), ("%7f", "\u{7f}"),
        ]
    )
    func decoded(encoded: String, text: String) throws {
        #expect(try decode(Array(encoded.utf8)) == Array(text.utf8))
    }

    @Test(
        "a percent sign wants two hexadecimal digits",
        arguments: ["%", "a%", "%4", "%zz", "%4g", "%g4", "%%41", "%+1", "% 1", "%-1", "%0x", "%u00e9", "%٣٣"]
    )
    func brokenEscapes(encoded: String) {
        #expect(throws: FormDecoding.Failure.brokenEscape) { try decode(Array(encoded.utf8)) }
    }

    @Test(
        "what is not UTF-8 in the strict sense is refused, escaped or not",
        arguments: [
            "%80", "%ff", "%C3", "a%C3b", "%C0%80", "%C0%AF", "%E0%80%AF", "%F0%80%80%AF", "%ED%A0%80", "%ED%BF%BF", "%F4%90%80%80",
            "%F8%88%80%80%80", "%E2%82",
        ]
    )
    func invalidUTF8(encoded: String) {
        #expect(throws: FormDecoding.Failure.invalidUTF8) { try decode(Array(encoded.utf8)) }
    }

    @Test("bytes beyond ASCII that were not escaped are held to be UTF-8, too")
    func rawBytes() {
        #expect(throws: FormDecoding.Failure.invalidUTF8) { try decode([0x61, 0xff]) }
        #expect(throws: FormDecoding.Failure.invalidUTF8) { try decode([0xc3]) }
    }

    @Test("nothing is left of what was decoded before")
    func scratch() throws {
        var scratch = Array("what was there before".utf8)
        try FormDecoding.decode("%41".utf8.span, into: &scratch)
        #expect(scratch == [0x41])
    }

    @Test("any bytes, escaped, decode to themselves where they are UTF-8")
    func roundTrip() throws {
        var generator = SeededGenerator(seed: 11)
        for _ in 0..<2_000 {
            let bytes = (0..<Int.random(in: 0...12, using: &generator)).map { _ in UInt8.random(in: .min ... .max, using: &generator) }
            let encoded = bytes.flatMap { byte in Array("%\(byte < 16 ? "0" : "")\(String(byte, radix: 16))".utf8) }
            let isUTF8 = Array(String(decoding: bytes, as: UTF8.self).utf8) == bytes
            if isUTF8 {
                #expect(try decode(encoded) == bytes)
            } else {
                #expect(throws: FormDecoding.Failure.invalidUTF8) { try decode(encoded) }
            }
        }
    }

    private func decode(_ encoded: [UInt8]) throws(FormDecoding.Failure) -> [UInt8] {
        var decoded: [UInt8] = []
        try FormDecoding.decode(encoded.span, into: &decoded)
        return decoded
    }
}
