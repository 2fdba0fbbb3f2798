import API
import Support

extension FuzzTarget {
    /// As a field's value; and once more with its last six characters replaced by the right checksum, which chance would not find.
    func checkToken(_ input: [UInt8]) throws(Disagreement) {
        try compareField(input)
        try checkNewToken(SeededGenerator(seed: UInt64(truncatingIfNeeded: number(input.prefix(8)))))
        guard input.count >= 54 else { return }
        let signed = input.dropLast(6)
        try compareField(signed + TokenModel.checksum(of: Array(signed.suffix(48))))
    }

    /// A new token is well-formed, and neither its name in lists nor what is printed by mistake says more than its beginning.
    private func checkNewToken(_ generator: SeededGenerator) throws(Disagreement) {
        var generator = generator
        let token = Token(using: &generator)
        let bytes = Array(token.text.utf8)
        try agree(TokenModel.verdict(Array("Bearer ".utf8) + bytes), .token(bytes), "a new token")
        try agree(token.prefix, String(token.text.prefix(16)), "its beginning")
        try agree([token.description, token.debugDescription], Array(repeating: "\(token.prefix)…", count: 2), "what is printed")
    }

    private func compareField(_ field: [UInt8]) throws(Disagreement) {
        let found: TokenModel.Verdict
        do {
            let token = try Caller.token(in: field.span)
            found = .token(token.indices.map { token[$0] })
        } catch {
            found = error.code == .missingToken ? .missing : .invalid
        }
        try agree(found, TokenModel.verdict(field), "the token")
    }
}
