import HTML

/// A text to copy or to look at: a call, a response, a program.
struct CodeBlock {
    /// What stands above it, such as `Response`.
    let title: String
    /// What tells it from others of that title, such as `of GET /api/v1/users`: for who does not see where it stands.
    let context: String
    /// Whether its names and values are told apart.
    var isJSON = false
    /// Whether there is a button that copies it.
    var isCopied = true
    /// The text itself.
    let text: String
}

extension HTML {
    /// The address that the examples name where the page does not know its own: the script puts that in its place.
    static let exampleOrigin = "https://api.example.com"

    /// Adds a block of code under its title, with a button that copies it where there is a script.
    mutating func code(_ block: CodeBlock) {
        self.block("figure", ["class": "code"]) { figure in
            figure.element("figcaption") { caption in
                caption.add(block.title)
                caption.element("span", ["class": "unseen"], " \(block.context)")
            }
            if block.isCopied {
                figure.element("button", ["type": "button", "class": "copy", "hidden": ""]) { button in
                    button.element("span", ["class": "label"], "Copy")
                    button.element("span", ["class": "unseen"], " \(block.title) \(block.context)")
                }
            }
            figure.element("pre", ["data-label": "\(block.title) \(block.context)"]) { pre in
                pre.element("code", .class(block.isJSON ? "json" : nil)) { $0.addWithOrigin(block.text) }
            }
        }
    }

    /// Adds text in which the examples' address is an element of its own.
    mutating func addWithOrigin(_ text: String) {
        var rest = text[...]
        while let origin = rest.firstRange(of: Self.exampleOrigin) {
            add(String(rest[..<origin.lowerBound]))
            element("span", ["class": "origin"], Self.exampleOrigin)
            rest = rest[origin.upperBound...]
        }
        add(String(rest))
    }
}
