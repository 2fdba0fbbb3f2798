import Support

/// JSON documents, of which half are spoiled in a place or two.
struct JSONTexts {
    private var generator: SeededGenerator

    init(seed: UInt64) { generator = SeededGenerator(seed: seed) }

    mutating func next() -> String {
        var text = Array(value(depth: 0).unicodeScalars)
        guard oneIn(2) else { return string(text) }
        for _ in 0..<Int.random(in: 1...2, using: &generator) {
            let place = Int.random(in: 0...text.count, using: &generator)
            let piece = pick([
                "\"", "\\", ",", ":", "]", "}", "[", "{", "0", "-", ".", "e", "+", "\\u12", "\u{1}", "\n", "tru", "null", " ", "\u{a0}", "é", "'",
                "//", "NaN",
            ])
            switch Int.random(in: 0..<3, using: &generator) {
            case 0 where place < text.count: text.remove(at: place)
            case 1 where place < text.count: text.replaceSubrange(place...place, with: piece.unicodeScalars)
            default: text.insert(contentsOf: piece.unicodeScalars, at: place)
            }
        }
        return string(text)
    }

    private func string(_ scalars: [Unicode.Scalar]) -> String { String(String.UnicodeScalarView(scalars)) }

    private mutating func value(depth: Int) -> String {
        let space = oneIn(4) ? pick([" ", "\n", "\t", "\r", "  "]) : ""
        let count = Int.random(in: 0...3, using: &generator)
        switch Int.random(in: 0..<(depth < 4 ? 8 : 5), using: &generator) {
        case 0: return space + pick(["true", "false", "null"]) + space
        case 1, 2:
            return space
                + pick(["0", "-0", "7", "-1", "123456789012345678901234567890", "1.5", "-0.0", "1e5", "1E-400", "2.50e+10", "01", "1.", ".5", "+1"])
        case 3, 4: return text() + space
        case 5, 6: return "[\(space)\((0..<count).map { _ in value(depth: depth + 1) }.joined(separator: ","))]"
        default: return "{\((0..<count).map { _ in "\(text())\(space):\(value(depth: depth + 1))" }.joined(separator: ","))\(space)}"
        }
    }

    private mutating func text() -> String {
        let pieces = ["a", "é", "😀", "\\n", "\\\"", "\\\\", "\\/", "\\u00e9", "\\ud83d\\ude00", "\\ud800", "\u{7f}", "\u{2028}", "\\u0000", " "]
        return "\"\((0..<Int.random(in: 0...4, using: &generator)).map { _ in pick(pieces) }.joined())\""
    }

    private mutating func pick(_ list: [String]) -> String { list[Int.random(in: list.indices, using: &generator)] }

    private mutating func oneIn(_ count: Int) -> Bool { Int.random(in: 1...count, using: &generator) == 1 }
}
