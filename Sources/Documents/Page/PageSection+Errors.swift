import API
import HTML

extension PageSection {
    /// Each error of the table, at the place that `error.docs` in a body names.
    static let errors = PageSection(anchor: "errors", title: "Errors") { section in
        section.block("div", ["class": "beside"]) { beside in
            beside.block("div") { words in
                words.paragraph(
                    """
                    An error has a `code` to program against, a `message` for people, and where a parameter is at fault its name. `docs` leads to its place \
                    on this page.
                    """
                )
            }
            beside.code(CodeBlock(title: "Error", context: "as an example", isJSON: true, isCopied: false, text: example))
        }
        table(&section)
    }

    private static let example = """
        {
          "ok": false,
          "error": {
            "code": "invalid_parameter",
            "message": "limit must be an integer from 1 to 100",
            "parameter": "limit",
            "docs": "/docs#invalid_parameter"
          },
          "request_id": "4f1c2a9be0d84d3fa1f7c06d2b9e5a10"
        }
        """

    /// The roles are what the elements mean anyway: where the style makes blocks of them, a browser would forget it.
    private static func table(_ html: inout HTML) {
        html.block("table", ["role": "table", "aria-label": "Errors"]) { table in
            table.block("thead", ["role": "rowgroup"]) { head in
                head.block("tr", ["role": "row"]) { row in
                    for title in ["Status", "Code", "When, and what to do"] {
                        row.element("th", ["role": "columnheader", "scope": "col"], title)
                    }
                }
            }
            table.block("tbody", ["role": "rowgroup"]) { body in
                for error in ErrorReference.all {
                    body.block("tr", ["role": "row", "id": error.code]) { row in
                        row.element("td", ["role": "cell"], "\(error.status)")
                        row.element("th", ["role": "rowheader", "scope": "row"]) { code in
                            code.element("a", ["href": "#\(error.code)"]) { $0.element("code", error.code) }
                        }
                        row.element("td", ["role": "cell"]) { $0.prose(error.summary) }
                    }
                }
            }
        }
    }
}
