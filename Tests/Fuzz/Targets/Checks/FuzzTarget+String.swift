import JSON

extension FuzzTarget {
    /// The first byte says how small the buffer is to begin with and where in it the string begins, the rest is the text.
    func checkString(_ input: [UInt8]) throws(Disagreement) {
        let place = Int(input.first ?? 0)
        let text = Array(input.dropFirst())
        let before = [UInt8](repeating: UInt8(ascii: " "), count: place % 8)
        var writer = JSONWriter(capacity: place)
        writer.raw(before.span)
        writer.string(text.span)
        let found = writer.bytes
        try agree(found, before + JSONModel.string(text), "the string")
        guard UTF8Model.isValid(text) else { return }
        try agree(JSONModel.foundation(found) as? String, String(decoding: text, as: UTF8.self), "what Foundation reads")
        // The same, by way of a String.
        writer.removeAll()
        writer.string(String(decoding: text, as: UTF8.self))
        try agree(writer.bytes, JSONModel.string(text), "the string of a String")
    }
}

extension JSONWriter {
    /// A copy.
    var bytes: [UInt8] { withBytes { bytes in (0..<bytes.byteCount).map { bytes.unsafeLoad(fromByteOffset: $0, as: UInt8.self) } } }
}
