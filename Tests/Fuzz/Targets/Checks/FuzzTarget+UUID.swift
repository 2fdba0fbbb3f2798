import JSON

extension FuzzTarget {
    /// As a text; and its first 16 bytes as PostgreSQL sends them.
    func checkUUID(_ input: [UInt8]) throws(Disagreement) {
        let found = UUID(text: input.span)
        try agree(found?.value, UUIDModel.value(input), "the UUID")
        if let found { try checkText(found) }
        guard input.count >= 16 else { return }
        let bytes = Array(input[..<16])
        let binary = UUID(bigEndian: bytes.span.bytes)
        try agree(binary.value, number(input[..<16]), "the binary UUID")
        try checkText(binary)
    }

    private func checkText(_ uuid: UUID) throws(Disagreement) {
        let text = uuid.description
        try agree(text, UUIDModel.text(uuid.value), "the text")
        try agree(UUID(text), uuid, "what \(text) is read as")
    }
}
