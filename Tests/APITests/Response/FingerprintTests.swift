import Digest
import Support
import Testing

@Suite("The fingerprint of a body")
struct FingerprintTests {
    private func fingerprint(_ bytes: [UInt8]) -> UInt64 { Fingerprint(of: bytes.span.bytes).value }

    @Test(
        "is what it was: clients keep it from version to version",
        arguments: [
            (0, UInt64(0x4540_359c_0d1a_dc75)), (1, 0x2daf_f3f0_0865_7acc), (15, 0xaa42_6f0b_be04_b37f), (16, 0xbaf5_e681_8b7a_71d1),
            (17, 0x2276_6892_129a_3a83), (63, 0xcc12_b8f0_172e_30b1), (64, 0xc1e0_58c5_a19e_c47a), (65, 0x3a5b_8156_1fef_7953),
            (1_000, 0xab09_0e0b_5bc2_1336), (65_528, 0x3fed_bb5f_8630_109a),
        ]
    )
    func kept(count: Int, value: UInt64) {
        let bytes = (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 7 &+ $0 >> 8) }
        #expect(fingerprint(bytes) == value, "\(count): \(String(fingerprint(bytes), radix: 16))")
    }

    @Test("does not depend on where the bytes lie")
    func alignment() {
        let bytes = (0..<300).map { UInt8(truncatingIfNeeded: $0) }
        for offset in 0..<16 {
            let moved = [UInt8](repeating: 255, count: offset) + bytes + [1, 2, 3]
            #expect(Fingerprint(of: moved.span.bytes.extracting(offset..<offset + bytes.count)).value == fingerprint(bytes))
        }
    }

    /// Of a page: each bit, and each two bytes exchanged, are another change than all others.
    @Test("is another after any change of one bit, and of about half of its own bits", arguments: [1, 21, 64, 127, 1_021])
    func changes(count: Int) {
        var generator = SeededGenerator(seed: 71)
        let text = Array("0123456789abcdef-T:Z\"{}[],".utf8)
        var bytes = (0..<count).map { _ in text[Int.random(in: text.indices, using: &generator)] }
        let original = fingerprint(bytes)
        var seen: Set = [original]
        var changedBits = 0
        for bit in 0..<8 * count {
            bytes[bit / 8] ^= 1 << (bit % 8)
            let changed = fingerprint(bytes)
            bytes[bit / 8] ^= 1 << (bit % 8)
            #expect(seen.insert(changed).inserted, "bit \(bit)")
            changedBits += (changed ^ original).nonzeroBitCount
        }
        let share = Double(changedBits) / Double(8 * count) / 64
        #expect((0.4...0.6).contains(share), "\(share)")
    }

    @Test("tells bytes apart that differ in their order or their number alone")
    func orderAndNumber() {
        var seen: Set<UInt64> = []
        for count in 0...400 { #expect(seen.insert(fingerprint([UInt8](repeating: 0, count: count))).inserted, "\(count) zeros") }
        for count in 1...400 { #expect(seen.insert(fingerprint([UInt8](repeating: 0x20, count: count))).inserted, "\(count) blanks") }
        // Pieces of 16 and of 64 bytes, as they are taken in, in each order.
        for size in [16, 64] {
            let pieces = (0..<5).map { piece in (0..<size).map { UInt8(truncatingIfNeeded: $0 &* 31 &+ piece) } }
            for order in permutations(Array(0..<5)) { #expect(seen.insert(fingerprint(order.flatMap { pieces[$0] })).inserted, "\(size) \(order)") }
        }
    }

    private func permutations(_ elements: [Int]) -> [[Int]] {
        guard elements.count > 1 else { return [elements] }
        return elements.flatMap { first in permutations(elements.filter { $0 != first }).map { [first] + $0 } }
    }
}
