/// JSON as people read it, and as a comparison of two versions shows line by line.
enum JSONLayout {
    /// JSON with a line a value, and two blanks a level. Whatever blanks it had between values are gone.
    static func indented(_ json: String) -> String {
        let bytes = Array(json.utf8)
        var output: [UInt8] = []
        output.reserveCapacity(2 * bytes.count)
        var depth = 0
        var position = 0
        while position < bytes.count {
            let byte = bytes[position]
            switch byte {
            case UInt8(ascii: "\""):
                let end = self.end(ofStringAt: position, in: bytes)
                output += bytes[position..<end]
                position = end
                continue
            case UInt8(ascii: "{"), UInt8(ascii: "["):
                output.append(byte)
                depth += 1
                beginLine(depth, &output)
            case UInt8(ascii: "}"), UInt8(ascii: "]"):
                depth -= 1
                // Nothing between the two: `{}`.
                let last = output.lastIndex { $0 != UInt8(ascii: " ") && $0 != UInt8(ascii: "\n") } ?? 0
                if output[last] == byte - 2 { output.removeSubrange((last + 1)...) } else { beginLine(depth, &output) }
                output.append(byte)
            case UInt8(ascii: ","):
                output.append(byte)
                beginLine(depth, &output)
            case UInt8(ascii: ":"): output += [byte, UInt8(ascii: " ")]
            case UInt8(ascii: " "), UInt8(ascii: "\n"), UInt8(ascii: "\r"), UInt8(ascii: "\t"): break
            default: output.append(byte)
            }
            position += 1
        }
        return String(decoding: output, as: UTF8.self)
    }

    private static func beginLine(_ depth: Int, _ output: inout [UInt8]) {
        output.append(UInt8(ascii: "\n"))
        output += Array(repeating: UInt8(ascii: " "), count: 2 * depth)
    }

    /// Behind the closing quote of the string that begins there.
    private static func end(ofStringAt start: Int, in bytes: [UInt8]) -> Int {
        var position = start + 1
        while position < bytes.count, bytes[position] != UInt8(ascii: "\"") {
            position += bytes[position] == UInt8(ascii: "\\") ? 2 : 1
        }
        return position + 1
    }
}
