/// HTML that is made from elements: whatever text goes in is escaped.
struct Markup {
    private(set) var html = ""

    /// Adds an element that holds a text.
    mutating func text(_ element: String, class name: String? = nil, _ text: String) {
        html += "<\(element)\(Self.attribute(name))>\(Self.escaped(text))</\(element)>"
    }

    /// Adds an element that holds others, and a line's end.
    mutating func element(_ element: String, class name: String? = nil, _ content: (inout Markup) -> Void) {
        html += "<\(element)\(Self.attribute(name))>"
        content(&self)
        html += "</\(element)>\n"
    }

    /// Adds what is markup already.
    mutating func raw(_ markup: StaticString) { html += "\(markup)" }

    /// Adds a link to a path of our own.
    mutating func link(_ path: StaticString, _ text: String) { html += "<a href=\"\(path)\">\(Self.escaped(text))</a>" }

    /// The text as it can stand in an element or in an attribute's quotes. By code points, as a browser reads: to Swift, a quote and an accent behind it
    /// are one character, and not the quote.
    static func escaped(_ text: String) -> String {
        text.unicodeScalars.reduce(into: "") { escaped, scalar in
            switch scalar {
            case "&": escaped += "&amp;"
            case "<": escaped += "&lt;"
            case ">": escaped += "&gt;"
            case "\"": escaped += "&quot;"
            case "'": escaped += "&#39;"
            default: escaped.unicodeScalars.append(scalar)
            }
        }
    }

    private static func attribute(_ name: String?) -> String { name.map { " class=\"\(escaped($0))\"" } ?? "" }
}

extension Markup {
    /// Adds names and values below each other.
    mutating func facts(class name: String? = nil, _ facts: [(name: String, value: String)]) {
        element("dl", class: name) { list in
            for fact in facts {
                list.text("dt", fact.name)
                list.text("dd", fact.value)
            }
        }
    }

    /// Adds a table; where it has no rows, a sentence instead.
    ///
    /// - Parameter texts: how many columns hold text; those behind them hold numbers.
    mutating func table(_ columns: [String], texts: Int, _ rows: [[String]], orElse sentence: String) {
        guard !rows.isEmpty else { return text("p", sentence) }
        // A table that is wider than a phone moves within its own frame.
        element("div") { frame in
            frame.element("table") { table in
                table.element("tr") { row in
                    for (index, column) in columns.enumerated() { row.text("th", class: index < texts ? nil : "n", column) }
                }
                for cells in rows {
                    table.element("tr") { row in
                        for (index, cell) in cells.enumerated() { row.text("td", class: index < texts ? nil : "n", cell) }
                    }
                }
            }
        }
    }
}
