/// JSON as text, for what a parser forgets: the order of keys, and each byte of a value.
enum JSONText {
    /// The keys of an object and their values, as they stand there; empty where it is none.
    static func members(_ object: String) -> [(key: String, value: String)] {
        split(object, open: "{").compactMap { member in
            guard let end = member.dropFirst().firstIndex(of: UInt8(ascii: "\"")), let colon = member[end...].firstIndex(of: UInt8(ascii: ":")) else {
                return nil
            }
            return (text(member[(member.startIndex + 1)..<end]), text(member[(colon + 1)...]))
        }
    }

    /// The keys of an object in their order.
    static func keys(_ object: String) -> [String] { members(object).map(\.key) }

    /// One value of an object; empty where it has none of that name.
    static func value(_ key: String, of object: String) -> String { members(object).first { $0.key == key }?.value ?? "" }

    /// The elements of an array, as they stand there.
    static func elements(_ array: String) -> [String] { split(array, open: "[").map { text($0) } }

    /// Without white space between tokens.
    static func compact(_ json: String) -> String {
        var bytes: [UInt8] = []
        var isInString = false
        var isEscaped = false
        for byte in json.utf8 where isInString || !" \n\t\r".utf8.contains(byte) {
            bytes.append(byte)
            if byte == UInt8(ascii: "\""), !isEscaped { isInString.toggle() }
            isEscaped = byte == UInt8(ascii: "\\") && !isEscaped
        }
        return text(bytes[...])
    }

    /// What stands between the commas of the outermost object or array.
    private static func split(_ json: String, open: Character) -> [ArraySlice<UInt8>] {
        let bytes = Array(json.utf8)
        guard json.first == open, bytes.count > 2 else { return [] }
        var pieces: [ArraySlice<UInt8>] = []
        var start = 1
        var depth = 0
        var isInString = false
        var isEscaped = false
        for index in 1..<bytes.count - 1 {
            let byte = bytes[index]
            if byte == UInt8(ascii: "\""), !isEscaped { isInString.toggle() }
            isEscaped = byte == UInt8(ascii: "\\") && !isEscaped
            guard !isInString else { continue }
            switch byte {
            case UInt8(ascii: "{"), UInt8(ascii: "["): depth += 1
            case UInt8(ascii: "}"), UInt8(ascii: "]"): depth -= 1
            case UInt8(ascii: ",") where depth == 0:
                pieces.append(bytes[start..<index])
                start = index + 1
            default: break
            }
        }
        return pieces + [bytes[start..<bytes.count - 1]]
    }

    private static func text(_ bytes: ArraySlice<UInt8>) -> String { String(decoding: bytes, as: UTF8.self) }
}
