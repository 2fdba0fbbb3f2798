import HTML

extension HTML {
    /// Adds a paragraph of English with Markdown's backticks and links.
    mutating func paragraph(class name: String? = nil, _ markdown: String) {
        block("p", .class(name)) { $0.prose(markdown) }
    }

    /// Adds English in which a piece in backticks is code, and `[words](#place)` leads to a place of this site. Nothing else of Markdown means anything.
    mutating func prose(_ markdown: String) {
        var rest = markdown[...]
        while let match = rest.firstMatch(of: /`(?<code>[^`]+)`|\[(?<words>[^\]]+)\]\((?<place>[#\/][^)]*)\)/) {
            add(String(rest[..<match.range.lowerBound]))
            if let code = match.code {
                element("code", String(code))
            } else if let words = match.words, let place = match.place {
                element("a", ["href": String(place)], String(words))
            }
            rest = rest[match.range.upperBound...]
        }
        add(String(rest))
    }
}
