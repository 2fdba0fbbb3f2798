import API
import HTML

/// The reference as a web page: one file, which loads nothing. Made from the tables alone; style and script are Page/page.css and Page/page.js.
///
/// Without a script it is a document; with one, each endpoint can be tried with a token of the reader's own.
public enum Page {
    /// The page as HTML, in UTF-8 and ending with a newline.
    ///
    /// - Parameter version: of the program that serves the API, as semantic versioning has it.
    public static func document(version: String) -> String {
        var html = HTML()
        html.raw("<!DOCTYPE html>\n")
        html.block("html", ["lang": "en"]) { html in
            html.raw("\n")
            html.block("head") { head(&$0) }
            html.block("body") { body(&$0, version: version) }
        }
        return html.text
    }

    /// The style, whose digest is in the policy: byte by byte what stands in the element.
    static let style = "\n" + String(decoding: PackageResources.page_css, as: UTF8.self)

    /// The script, likewise.
    static let script = "\n" + String(decoding: PackageResources.page_js, as: UTF8.self)

    private static func head(_ html: inout HTML) {
        html.raw("\n")
        // Before all that it is about.
        html.void("meta", ["http-equiv": "Content-Security-Policy", "content": ContentSecurityPolicy(style: style, script: script).text])
        html.void("meta", ["charset": "utf-8"])
        html.void("meta", ["name": "viewport", "content": "width=device-width, initial-scale=1"])
        html.void("meta", ["name": "color-scheme", "content": "light dark"])
        html.void("meta", ["name": "referrer", "content": "no-referrer"])
        html.block("title") { $0.add("Debrief API reference") }
        html.void("link", ["rel": "service-desc", "type": "application/json", "href": "/api/v1/openapi.json"])
        html.inline("style", style)
    }

    private static func body(_ html: inout HTML, version: String) {
        html.raw("\n")
        html.block("a", ["class": "skip", "href": "#main"]) { $0.add("Skip to the reference") }
        html.block("header") { introduction(&$0) }
        html.block("nav", ["aria-label": "Contents"]) { contents(&$0) }
        html.block("main", ["id": "main", "tabindex": "-1"]) { main in
            for section in PageSection.all { section.write(to: &main) }
        }
        html.block("footer") { footer in
            footer.add("Debrief \(version) · ")
            footer.element("a", ["href": "/api/v1/openapi.json"], "OpenAPI document")
        }
        html.block("div", ["id": "said", "class": "unseen", "role": "status"]) { _ in }
        html.inline("script", script)
    }

    private static func introduction(_ html: inout HTML) {
        html.block("h1") { $0.add("Debrief API reference") }
        html.paragraph(class: "lead", "Read-only endpoints. Authenticate with a Bearer token, scoped to what your integration needs.")
        html.paragraph(
            """
            Send `GET` or `HEAD`; every answer is JSON. A good one is an object with `ok`, which is true, and `data`; any other has an [error](#errors). \
            For programs there is an [OpenAPI document](/api/v1/openapi.json).
            """
        )
    }

    private static func contents(_ html: inout HTML) {
        html.block("ul") { list in
            for section in PageSection.all {
                list.block("li") { item in
                    item.element("a", ["href": "#\(section.anchor)"], section.title)
                    guard !section.entries.isEmpty else { return }
                    item.block("ul") { entries in
                        for entry in section.entries {
                            entries.block("li") { $0.element("a", ["href": "#\(entry.anchor)"], entry.title) }
                        }
                    }
                }
            }
        }
    }
}
