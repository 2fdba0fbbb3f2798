import API
import HTML

extension PageSection {
    /// How a token is sent, what it may read, and the field that the forms take it from.
    static let authentication = PageSection(anchor: "authentication", title: "Authentication") { section in
        section.block("div", ["class": "beside"]) { beside in
            beside.block("div") { words in
                words.paragraph(
                    """
                    Send a token with each call, as a bearer token: `Authorization: Bearer debrief_…`. Your admin makes it, with the scopes that your \
                    integration needs. Keep it as you keep passwords.
                    """
                )
                words.paragraph("The examples take it from the environment. `read -rs` of bash and zsh asks for it; it neither shows nor keeps it.")
                scopes(&words)
            }
            beside.block("div") { samples in
                samples.code(
                    CodeBlock(
                        title: "Once in a shell",
                        context: "for all examples",
                        // One line: read would take a second for the token.
                        text: "export DEBRIEF_TOKEN DEBRIEF_URL=\(HTML.exampleOrigin); read -rs DEBRIEF_TOKEN"
                    )
                )
                tokenForm(&samples)
            }
        }
    }

    /// The scopes, and where each leads.
    private static func scopes(_ html: inout HTML) {
        html.block("dl", ["class": "fields"]) { list in
            for scope in Scope.allCases {
                list.block("div") { row in
                    row.element("dt") { $0.element("code", scope.rawValue) }
                    row.element("dd") { places in
                        for (index, endpoint) in Endpoint.all.filter({ $0.scope == scope }).enumerated() {
                            if index > 0 { places.add(", ") }
                            places.element("a", ["href": "#\(endpoint.name)"]) { $0.element("code", endpoint.path) }
                        }
                    }
                }
            }
        }
    }

    /// The one field for a token. It has no name, so no form could ever send it; what is put in is taken out of it at once.
    private static func tokenForm(_ html: inout HTML) {
        html.block("form", ["id": "token", "class": "script", "hidden": "", "autocomplete": "off"]) { form in
            form.block("label", ["for": "token-field"]) { $0.add("Token to try calls with") }
            form.block("div") { row in
                row.void(
                    "input",
                    [
                        "id": "token-field", "type": "password", "autocomplete": "off", "autocapitalize": "off", "spellcheck": "false",
                        "aria-describedby": "token-state",
                    ]
                )
                row.element("button", ["type": "submit"], "Use")
                row.element("button", ["type": "button", "id": "forget", "hidden": ""], "Forget it")
            }
            form.block("p", ["id": "token-state", "role": "status"]) { _ in }
        }
    }
}
