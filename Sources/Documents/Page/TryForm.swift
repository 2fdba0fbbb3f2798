import API
import HTML

/// The form that sends a call of one endpoint, with a field for each parameter and for what the path leaves open. It does nothing without the script.
struct TryForm {
    let endpoint: Endpoint

    init(_ endpoint: Endpoint) { self.endpoint = endpoint }

    /// What of the path is a parameter, such as `id` of `/api/v1/users/:id`.
    private var pathParameters: [String] {
        endpoint.path.split(separator: "/").filter { $0.hasPrefix(":") }.map { String($0.dropFirst()) }
    }

    /// Writes it.
    func write(to html: inout HTML) {
        html.block("details", ["class": "try script", "hidden": ""]) { details in
            details.block("summary") { summary in
                summary.add("Try it")
                summary.element("span", ["class": "unseen"], ": GET \(endpoint.path)")
            }
            details.block("form", ["data-path": endpoint.path, "autocomplete": "off"]) { form in
                for name in pathParameters { field(name, type: "uuid", isInPath: true, in: &form) }
                for parameter in endpoint.parameters { field(parameter.name, type: parameter.type, isInPath: false, in: &form) }
                form.block("p", ["class": "send"]) { line in
                    line.element("button", ["type": "submit"]) { button in
                        button.add("Send")
                        button.element("span", ["class": "unseen"], " GET \(endpoint.path)")
                    }
                    line.element("a", ["href": "#token", "class": "with-token"], "with a token")
                }
                answer(&form)
            }
        }
    }

    private func field(_ name: String, type: String, isInPath: Bool, in form: inout HTML) {
        let id = "\(endpoint.name)-\(name)"
        form.block("div", ["class": "field"]) { field in
            field.element("label", ["for": id]) { label in
                label.add("\(name) ")
                label.element("span", ["class": "type"], type)
            }
            let attributes: HTML.Attributes = [
                "id": id, "data-parameter": name, "type": "text", "autocomplete": "off", "autocapitalize": "off", "spellcheck": "false",
                "placeholder": example(of: name),
            ]
            // A call without that would be another's.
            field.void("input", isInPath ? attributes + ["data-in": "path", "required": ""] : attributes)
        }
    }

    /// The value in the example call; empty where it has none.
    private func example(of name: String) -> String {
        let call = endpoint.documentation.exampleCall.split(separator: "?", maxSplits: 1)
        for (pattern, segment) in zip(endpoint.path.split(separator: "/"), call[0].split(separator: "/")) where pattern == ":\(name)" {
            return String(segment)
        }
        for pair in call.dropFirst().joined().split(separator: "&") where pair.hasPrefix("\(name)=") {
            return String(pair.dropFirst(name.count + 1))
        }
        return ""
    }

    /// Where what came back is shown. The line that is read aloud has to be there, empty, before.
    private func answer(_ html: inout HTML) {
        html.block("p", ["role": "status"]) { _ in }
        html.block("div", ["class": "answer", "hidden": ""]) { answer in
            answer.block("dl") { _ in }
            answer.block("pre", ["data-label": "Body of the response to GET \(endpoint.path)"]) { $0.element("code", "") }
            answer.element("button", ["type": "button", "class": "next", "hidden": ""], "Next page")
        }
    }
}
