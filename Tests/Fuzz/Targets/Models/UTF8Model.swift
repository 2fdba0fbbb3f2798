/// RFC 3629, section 4: the table of byte sequences that are UTF-8, row by row.
enum UTF8Model {
    private static let tail: ClosedRange<UInt8> = 0x80...0xbf

    private static let sequences: [[ClosedRange<UInt8>]] = [
        [0x00...0x7f],
        [0xc2...0xdf, tail],
        [0xe0...0xe0, 0xa0...0xbf, tail], [0xe1...0xec, tail, tail], [0xed...0xed, 0x80...0x9f, tail], [0xee...0xef, tail, tail],
        [0xf0...0xf0, 0x90...0xbf, tail, tail], [0xf1...0xf3, tail, tail, tail], [0xf4...0xf4, 0x80...0x8f, tail, tail],
    ]

    static func isValid(_ bytes: [UInt8]) -> Bool {
        var rest = bytes[...]
        while !rest.isEmpty {
            guard let row = sequences.first(where: { row in rest.count >= row.count && zip(row, rest).allSatisfy { $0.contains($1) } }) else {
                return false
            }
            rest = rest.dropFirst(row.count)
        }
        return true
    }
}
