/// A JSON document (RFC 8259) as the commands read it from a master, which may be of another version than theirs.
indirect enum JSONTree: Equatable {
    case null
    case bool(Bool)
    case number(Double)
    case string(String)
    case array([JSONTree])
    case object([String: JSONTree])

    /// nil where the text is no JSON, or is nested deeper than any status.
    init?(parsing text: String) {
        var parser = JSONTreeParser(bytes: Array(text.utf8))
        guard let tree = parser.document() else { return nil }
        self = tree
    }

    /// The value of an object's key; null where there is none.
    subscript(key: String) -> JSONTree {
        if case .object(let members) = self { members[key] ?? .null } else { .null }
    }

    /// What no count of a pool reaches, and of which as many as an answer holds can be added up.
    private static let largest = 0x1p42

    /// The whole number, where it is one, and from 0 to 2^42: what is less or more comes as the nearest of these.
    var integer: Int? {
        if case .number(let number) = self, !number.isNaN { Int(min(max(number, 0), Self.largest)) } else { nil }
    }

    /// The text, where it is one.
    var text: String? {
        if case .string(let text) = self { text } else { nil }
    }

    /// The elements; none where it is no array.
    var elements: [JSONTree] {
        if case .array(let elements) = self { elements } else { [] }
    }
}

/// Reads from left to right; each function takes what it is named after, or returns nil.
private struct JSONTreeParser {
    private static let deepest = 16

    let bytes: [UInt8]
    private var index = 0
    private var depth = 0

    init(bytes: [UInt8]) { self.bytes = bytes }

    mutating func document() -> JSONTree? {
        guard let tree = value() else { return nil }
        skipSpace()
        return index == bytes.count ? tree : nil
    }

    private mutating func value() -> JSONTree? {
        skipSpace()
        guard index < bytes.count else { return nil }
        switch bytes[index] {
        case UInt8(ascii: "{"): return nested { $0.object() }
        case UInt8(ascii: "["): return nested { $0.array() }
        case UInt8(ascii: "\""): return string().map { .string($0) }
        case UInt8(ascii: "t"): return word("true", .bool(true))
        case UInt8(ascii: "f"): return word("false", .bool(false))
        case UInt8(ascii: "n"): return word("null", .null)
        default: return number()
        }
    }

    private mutating func nested(_ content: (inout JSONTreeParser) -> JSONTree?) -> JSONTree? {
        guard depth < Self.deepest else { return nil }
        depth += 1
        defer { depth -= 1 }
        index += 1
        return content(&self)
    }

    private mutating func object() -> JSONTree? {
        var members: [String: JSONTree] = [:]
        if takes("}") { return .object(members) }
        repeat {
            skipSpace()
            guard let key = string(), takes(":"), let value = value() else { return nil }
            members[key] = value
        } while takes(",")
        return takes("}") ? .object(members) : nil
    }

    private mutating func array() -> JSONTree? {
        var elements: [JSONTree] = []
        if takes("]") { return .array(elements) }
        repeat {
            guard let value = value() else { return nil }
            elements.append(value)
        } while takes(",")
        return takes("]") ? .array(elements) : nil
    }

    private mutating func number() -> JSONTree? {
        let first = index
        _ = takesByte("-")
        // A zero stands alone.
        guard takesByte("0") || takesDigits() else { return nil }
        if takesByte(".") { guard takesDigits() else { return nil } }
        if takesByte("e") || takesByte("E") {
            _ = takesByte("+") || takesByte("-")
            guard takesDigits() else { return nil }
        }
        return Double(String(decoding: bytes[first..<index], as: UTF8.self)).map { .number($0) }
    }

    /// One digit or more.
    private mutating func takesDigits() -> Bool {
        let digits = bytes[index...].prefix { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
        index = digits.endIndex
        return !digits.isEmpty
    }

    private mutating func string() -> String? {
        guard index < bytes.count, bytes[index] == UInt8(ascii: "\"") else { return nil }
        index += 1
        var text: [UInt8] = []
        while index < bytes.count {
            let byte = bytes[index]
            index += 1
            switch byte {
            case UInt8(ascii: "\""): return String(decoding: text, as: UTF8.self)
            case UInt8(ascii: "\\"):
                guard let scalar = escape() else { return nil }
                text += Array(String(scalar).utf8)
            case 0..<0x20: return nil
            default: text.append(byte)
            }
        }
        return nil
    }

    /// What stands behind a backslash.
    private mutating func escape() -> Unicode.Scalar? {
        guard index < bytes.count else { return nil }
        let letter = bytes[index]
        index += 1
        switch letter {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): return Unicode.Scalar(letter)
        case UInt8(ascii: "b"): return "\u{8}"
        case UInt8(ascii: "f"): return "\u{C}"
        case UInt8(ascii: "n"): return "\n"
        case UInt8(ascii: "r"): return "\r"
        case UInt8(ascii: "t"): return "\t"
        case UInt8(ascii: "u"):
            guard let unit = hexadecimal() else { return nil }
            guard (0xD800..<0xDC00).contains(unit) else { return Unicode.Scalar(unit) }
            guard takesByte("\\"), takesByte("u"), let low = hexadecimal(), (0xDC00..<0xE000).contains(low) else { return nil }
            return Unicode.Scalar(0x10000 + (unit - 0xD800) << 10 + (low - 0xDC00))
        default: return nil
        }
    }

    private mutating func hexadecimal() -> UInt32? {
        guard index + 4 <= bytes.count else { return nil }
        defer { index += 4 }
        return UInt32(String(decoding: bytes[index..<index + 4], as: UTF8.self), radix: 16)
    }

    private mutating func word(_ word: String, _ value: JSONTree) -> JSONTree? {
        guard bytes[index...].starts(with: word.utf8) else { return nil }
        index += word.utf8.count
        return value
    }

    private mutating func takes(_ character: Unicode.Scalar) -> Bool {
        skipSpace()
        return takesByte(character)
    }

    private mutating func takesByte(_ character: Unicode.Scalar) -> Bool {
        guard index < bytes.count, bytes[index] == UInt8(ascii: character) else { return false }
        index += 1
        return true
    }

    private mutating func skipSpace() {
        while index < bytes.count, [0x20, 0x0A, 0x0D, 0x09].contains(bytes[index]) { index += 1 }
    }
}
