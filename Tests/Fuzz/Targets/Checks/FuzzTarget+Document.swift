import JSON

extension FuzzTarget {
    /// The first byte says how small the buffer is to begin with, the rest is a program: a byte for what to write, then what to write it of.
    func checkDocument(_ input: [UInt8]) throws(Disagreement) {
        var program = DocumentProgram(input.dropFirst())
        var writer = JSONWriter(capacity: Int(input.first ?? 0))
        var expected: [String] = []
        writer.raw("[")
        while let step = program.next() {
            if step == .restart {
                writer.removeAll()
                writer.raw("[")
                expected = []
                continue
            }
            if !expected.isEmpty { writer.raw(",") }
            step.write(to: &writer)
            expected.append(step.text)
        }
        writer.raw("]")
        let text = "[\(expected.joined(separator: ","))]"
        try agree(writer.bytes, Array(text.utf8), "the document")
        try agree(writer.count, text.utf8.count, "its length")
        try agree((JSONModel.foundation(writer.bytes) as? [Any])?.count, expected.count, "how many elements Foundation reads")
    }
}
