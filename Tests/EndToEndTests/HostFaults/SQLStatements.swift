/// Where the statements of a script end, as psql finds it: at a semicolon that stands in no string, name, comment or body of a function.
enum SQLStatements {
    /// The statements, each with what stands before it and its semicolon; together they are the script, but for comments at its end.
    static func split(_ script: String) -> [String] {
        let text = Array(script.unicodeScalars)
        var statements: [String] = []
        var start = 0
        var position = 0
        while position < text.count {
            if let end = endOfQuoted(text, position) {
                position = end
            } else if text[position] == ";" {
                position += 1
                statements.append(string(text[start..<position]))
                start = position
            } else {
                position += 1
            }
        }
        return statements
    }

    /// Behind the string, name, comment or body that begins there; nil where none does.
    private static func endOfQuoted(_ text: [Unicode.Scalar], _ start: Int) -> Int? {
        switch text[start] {
        case "'", "\"": return end(text, start + 1, of: [text[start]])
        case "-" where starts(text, start, with: "--"): return end(text, start, of: ["\n"])
        case "/" where starts(text, start, with: "/*"): return end(text, start, of: Array("*/".unicodeScalars))
        case "$":
            guard let close = text[(start + 1)...].firstIndex(where: { $0 == "$" || !($0.properties.isAlphabetic || $0 == "_") }), text[close] == "$"
            else { return nil }
            return end(text, close + 1, of: Array(text[start...close]))
        default: return nil
        }
    }

    private static func starts(_ text: [Unicode.Scalar], _ start: Int, with prefix: String) -> Bool {
        text[start...].starts(with: prefix.unicodeScalars)
    }

    private static func end(_ text: [Unicode.Scalar], _ start: Int, of mark: [Unicode.Scalar]) -> Int {
        text[start...].indices.first { text[$0...].starts(with: mark) }.map { $0 + mark.count } ?? text.count
    }

    private static func string(_ scalars: ArraySlice<Unicode.Scalar>) -> String {
        var view = String.UnicodeScalarView()
        view.append(contentsOf: scalars)
        return String(view)
    }
}
