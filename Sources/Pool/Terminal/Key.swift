/// What was pressed.
enum Key: Equatable {
    case character(Unicode.Scalar)
    case up, down, pageUp, pageDown
    /// Ctrl-C, and Ctrl-\, which raw mode hands over like any other.
    case interrupt
    /// Ctrl-Z.
    case suspend
    /// Ctrl-L.
    case redraw

    /// Reads what a terminal sent. Sequences of keys that mean nothing here are passed over whole (ECMA-48, 5.4), so that none is taken for letters.
    static func read(_ bytes: [UInt8]) -> [Key] {
        var keys: [Key] = []
        var rest = bytes[...]
        while let byte = rest.popFirst() {
            switch byte {
            case 0x03, 0x1C: keys.append(.interrupt)
            case 0x0C: keys.append(.redraw)
            case 0x1A: keys.append(.suspend)
            case 0x1B: if let key = sequence(&rest) { keys.append(key) }
            case 0x09, 0x20...0x7E: keys.append(.character(Unicode.Scalar(byte)))
            default: break
            }
        }
        return keys
    }

    /// What stands behind an ESC: a control sequence, `ESC [`, or the one character of `ESC O`, which arrows send, too.
    private static func sequence(_ rest: inout ArraySlice<UInt8>) -> Key? {
        guard let kind = rest.first, kind == UInt8(ascii: "[") || kind == UInt8(ascii: "O") else {
            // Alt and a key.
            rest = rest.dropFirst()
            return nil
        }
        rest = rest.dropFirst()
        let parameters = rest.prefix { (0x20...0x3F).contains($0) }
        rest = rest.dropFirst(parameters.count)
        switch (rest.popFirst(), String(decoding: parameters, as: UTF8.self)) {
        case (UInt8(ascii: "A"), ""): return .up
        case (UInt8(ascii: "B"), ""): return .down
        case (UInt8(ascii: "~"), "5"): return .pageUp
        case (UInt8(ascii: "~"), "6"): return .pageDown
        default: return nil
        }
    }
}
