import Foundation
import HTML
import Support
import Testing

@testable import Documents

/// What the page may do, and what it is made of.
@Suite("The page's policy")
struct PagePolicyTests {
    private let text = Page.document(version: "1.2.3-test")

    /// What openssl says that the digest of the one element of that name is.
    private func digest(of name: String) throws -> String {
        let pieces = text.components(separatedBy: "<\(name)>")
        try #require(pieces.count == 2)
        let source = try #require(pieces[1].components(separatedBy: "</\(name)>").first)
        return try run(["/bin/sh", "-c", "openssl dgst -sha256 -binary | base64"], input: source).output.trimmingCharacters(in: .newlines)
    }

    @Test("stands first in the head, and allows the page's own style, its own script, calls of the API, and nothing else")
    func policy() throws {
        let page = try #require(PageMarkup(parsing: text))
        let first = try #require(page.children[0].children.first)
        #expect(first.attributes["http-equiv"] == "Content-Security-Policy")
        #expect(
            first.attributes["content"]
                == "default-src 'none'; style-src 'sha256-\(try digest(of: "style"))'; script-src 'sha256-\(try digest(of: "script"))'; "
                + "connect-src 'self'; base-uri 'none'; form-action 'none'; require-trusted-types-for 'script'; trusted-types 'none'"
        )
    }

    @Test("has nothing to forbid: no style or handler in an attribute, nothing from elsewhere, no text made into markup or code")
    func content() throws {
        let page = try #require(PageMarkup(parsing: text))
        for element in page.all {
            #expect(!["img", "iframe", "object", "embed", "base", "audio", "video", "svg", "form[action]"].contains(element.name))
            for (name, value) in element.attributes {
                #expect(name != "style" && name != "src" && !name.hasPrefix("on"), "\(element.name) \(name)")
                #expect(!value.lowercased().contains("javascript:"))
            }
        }
        #expect(page.all("link").map { $0.attributes["rel"] } == ["service-desc"])
        for word in ["url(", "@import", "@font-face", "</style", "<!--"] { #expect(!Page.style.contains(word), "\(word)") }
        for word in [
            "innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval(", "Function(", "localStorage", "sessionStorage", "cookie",
            "import",
            "indexedDB", "</script", "<!--", "postMessage", "history.",
        ] {
            #expect(!Page.script.contains(word), "\(word)")
        }
    }

    @Test("escapes whatever text goes in, in elements and in attributes, and a quote that carries an accent, too")
    func escaping() {
        var html = HTML()
        html.element("p", ["title": "\"><script>'&\"\u{301}"], "<script>\"'&amp;<\u{338}")
        #expect(
            html.text
                == "<p title=\"&quot;&gt;&lt;script&gt;&#39;&amp;&quot;\u{301}\">&lt;script&gt;&quot;&#39;&amp;amp;&lt;\u{338}</p>"
        )
    }

    @Test("makes code of what is in backticks and links of places of its own, and leaves all else of Markdown alone")
    func prose() {
        let cases = [
            "a `b<c>` d": "a <code>b&lt;c&gt;</code> d",
            "[the errors](#errors), [it](/docs)": "<a href=\"#errors\">the errors</a>, <a href=\"/docs\">it</a>",
            "[x](https://example.com) [y](javascript:z)": "[x](https://example.com) [y](javascript:z)",
            "*a* <b> `": "*a* &lt;b&gt; `",
            "": "",
        ]
        for (markdown, wanted) in cases {
            var html = HTML()
            html.prose(markdown)
            #expect(html.text == wanted)
        }
    }

    @Test("encodes base64 as Foundation does", arguments: 0...5)
    func base64(count: Int) {
        let bytes = (0..<UInt8(count)).map { 255 - 40 * $0 }
        #expect(ContentSecurityPolicy.base64(bytes) == Data(bytes).base64EncodedString())
    }

    @Test("marks the examples' address wherever it stands, so that the script can put its own there")
    func origin() {
        var html = HTML()
        html.addWithOrigin("curl 'https://api.example.com/a' & https://api.example.com")
        let origin = "<span class=\"origin\">https://api.example.com</span>"
        #expect(html.text == "curl &#39;\(origin)/a&#39; &amp; \(origin)")
    }
}
