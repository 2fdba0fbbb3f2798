import Digest

/// What a browser may do on the page: run and apply what is written into it, ask this API, and nothing else (Content Security Policy Level 3). Who may
/// frame it, a page cannot say; the server does.
struct ContentSecurityPolicy {
    /// The value of the header, or of the element `meta` that stands for it.
    let text: String

    /// - Parameters:
    ///   - style: the text of the one style in the page.
    ///   - script: the text of the one script.
    init(style: String, script: String) {
        text = [
            "default-src 'none'",
            "style-src '\(Self.source(style))'",
            "script-src '\(Self.source(script))'",
            "connect-src 'self'",
            "base-uri 'none'",
            "form-action 'none'",
            // No text can become markup, whatever the script does.
            "require-trusted-types-for 'script'",
            "trusted-types 'none'",
        ]
        .joined(separator: "; ")
    }

    private static func source(_ text: String) -> String {
        let digest = SHA256(of: Array(text.utf8).span)
        return "sha256-\(base64(digest.bytes.indices.map { digest.bytes[$0] }))"
    }

    /// RFC 4648 §4.
    static func base64(_ bytes: [UInt8]) -> String {
        let digits = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/")
        return stride(from: 0, to: bytes.count, by: 3).reduce(into: "") { text, start in
            let group = bytes[start...].prefix(3)
            let bits = group.reduce(0) { $0 << 8 | Int($1) } << (8 * (3 - group.count))
            for place in 0...3 { text.append(place > group.count ? "=" : digits[bits >> (18 - 6 * place) & 63]) }
        }
    }
}
