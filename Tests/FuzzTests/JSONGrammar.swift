/// The grammar of RFC 8259, rule by rule.
struct JSONGrammar {
    private var rest: ArraySlice<UInt8>

    /// Whether the bytes, which are UTF-8, are a value with nothing but white space around it.
    static func isDocument(_ bytes: [UInt8]) -> Bool {
        var grammar = JSONGrammar(rest: bytes[...])
        return grammar.value() && grammar.rest.isEmpty
    }

    /// Section 3, with the white space of section 2 around it.
    private mutating func value() -> Bool {
        skipSpace()
        defer { skipSpace() }
        for name in ["true", "false", "null"] where take(name) { return true }
        switch rest.first {
        case UInt8(ascii: "{"): return list("{", "}") { $0.member() }
        case UInt8(ascii: "["): return list("[", "]") { $0.value() }
        case UInt8(ascii: "\""): return string()
        default: return number()
        }
    }

    private mutating func member() -> Bool {
        skipSpace()
        guard string() else { return false }
        skipSpace()
        return take(":") && value()
    }

    private mutating func list(_ open: String, _ close: String, _ element: (inout Self) -> Bool) -> Bool {
        guard take(open) else { return false }
        skipSpace()
        if take(close) { return true }
        repeat {
            guard element(&self) else { return false }
            skipSpace()
        } while take(",")
        return take(close)
    }

    /// Section 7.
    private mutating func string() -> Bool {
        guard take("\"") else { return false }
        while let byte = rest.popFirst() {
            switch byte {
            case UInt8(ascii: "\""): return true
            case 0..<0x20: return false
            case UInt8(ascii: "\\"):
                guard let escaped = rest.popFirst() else { return false }
                if escaped == UInt8(ascii: "u") {
                    guard rest.count >= 4, rest.prefix(4).allSatisfy({ "0123456789abcdefABCDEF".utf8.contains($0) }) else { return false }
                    rest = rest.dropFirst(4)
                } else if !"\"\\/bfnrt".utf8.contains(escaped) {
                    return false
                }
            default: break
            }
        }
        return false
    }

    /// Section 6.
    private mutating func number() -> Bool {
        _ = take("-")
        guard take("0") || digits() else { return false }
        if take(".") { guard digits() else { return false } }
        if take("e") || take("E") {
            _ = take("+") || take("-")
            guard digits() else { return false }
        }
        return true
    }

    private mutating func digits() -> Bool {
        let count = rest.prefix { "0123456789".utf8.contains($0) }.count
        rest = rest.dropFirst(count)
        return count > 0
    }

    private mutating func skipSpace() { rest = rest.drop { " \t\n\r".utf8.contains($0) } }

    private mutating func take(_ text: String) -> Bool {
        guard rest.starts(with: text.utf8) else { return false }
        rest = rest.dropFirst(text.utf8.count)
        return true
    }
}
