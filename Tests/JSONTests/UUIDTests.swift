import JSON
import Support
import Testing

@Suite("UUIDs")
struct UUIDTests {
    @Test("any letter case is read, lower case is written")
    func letterCase() throws {
        let text = "0123ABCD-4567-89ab-CDEF-fedcba987654"
        let uuid = try #require(UUID(text))
        #expect(uuid.value == 0x0123_abcd_4567_89ab_cdef_fedc_ba98_7654)
        #expect(uuid.description == text.lowercased())
    }

    @Test("the lowest and the highest are read and written as all others")
    func ends() {
        #expect(UUID.zero.description == "00000000-0000-0000-0000-000000000000")
        #expect(UUID.max.description == "ffffffff-ffff-ffff-ffff-ffffffffffff")
        #expect(UUID.zero < .max)
    }

    @Test(
        "what has not the form 8-4-4-4-12 is none",
        arguments: [
            "", "0", "0123abcd456789abcdeffedcba987654", "{0123abcd-4567-89ab-cdef-fedcba987654}", "urn:uuid:0123abcd-4567-89ab-cdef-fedcba987654",
            "0123abcd-4567-89ab-cdef-fedcba98765", "0123abcd-4567-89ab-cdef-fedcba9876541", "0123abcd-4567-89ab-cdef-fedcba98765g",
            "0123abcd-4567-89ab-cdef_fedcba987654", "0123abcd4-567-89ab-cdef-fedcba987654", " 123abcd-4567-89ab-cdef-fedcba987654",
            "0123abcd-4567-89ab-cdef-fedcba98765\u{0}", "------------------------------------", "٣123abcd-4567-89ab-cdef-fedcba98765",
            "0123abcd-4567-89ab-cdef-fedcba98765@",
            "0123abcd-4567-89ab-cdef-fedcba98765`", "0123abcd-4567-89ab-cdef-fedcba98765/", "0123abcd-4567-89ab-cdef-fedcba98765:",
        ]
    )
    func malformed(text: String) {
        #expect(UUID(text) == nil)
    }

    @Test("text, number and PostgreSQL's bytes say the same")
    func roundTrip() throws {
        var generator = SeededGenerator(seed: 1)
        for _ in 0..<2_000 {
            let uuid = UUID(value: UInt128.random(in: .min ... .max, using: &generator))
            #expect(UUID(uuid.description) == uuid)
            #expect(UUID(uuid.description.uppercased()) == uuid)
            let bytes = withUnsafeBytes(of: uuid.value.bigEndian) { Array($0) }
            #expect(UUID(bigEndian: bytes.span.bytes) == uuid)

            var fromNumber = JSONWriter()
            fromNumber.uuid(uuid)
            var fromBytes = JSONWriter()
            fromBytes.uuid(bytes.span.bytes)
            #expect(fromNumber.text == "\"\(naiveText(of: uuid))\"")
            #expect(fromBytes.text == fromNumber.text)
        }
    }

    @Test("they sort as their texts do")
    func order() {
        var generator = SeededGenerator(seed: 2)
        for _ in 0..<500 {
            let left = UUID(value: UInt128.random(in: .min ... .max, using: &generator))
            let right = UUID(value: UInt128.random(in: .min ... .max, using: &generator))
            #expect((left < right) == (left.description < right.description))
        }
    }

    private func naiveText(of uuid: UUID) -> String {
        let digits = String(uuid.value, radix: 16)
        var text = Array(String(repeating: "0", count: 32 - digits.count) + digits)
        for position in [20, 16, 12, 8] {
            text.insert("-", at: position)
        }
        return String(text)
    }
}
