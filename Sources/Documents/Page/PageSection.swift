import HTML

/// A section of the page: its place, its heading, what the contents list below it, and what it holds.
struct PageSection: Sendable {
    /// A place that the contents lead to.
    struct Entry: Sendable {
        let anchor: String
        let title: String
    }

    let anchor: String
    let title: String
    var entries: [Entry] = []
    /// Writes what stands below the heading.
    let content: @Sendable (inout HTML) -> Void

    /// All of them, in the order of the published reference and, behind that, of when they are needed.
    static let all = [authentication, endpoints, paging, dateTimes, requestIDs, copies, limits, changes, errors] + quickStarts

    /// Writes the section.
    func write(to html: inout HTML) {
        html.block("section", ["aria-labelledby": anchor]) { section in
            section.heading("h2", anchor: anchor) { $0.add(title) }
            content(&section)
        }
    }
}

extension HTML {
    /// Adds a heading that has a place, and leads to it.
    mutating func heading(_ element: StaticString, anchor: String, _ content: (inout HTML) -> Void) {
        block(element, ["id": anchor]) { heading in
            heading.element("a", ["href": "#\(anchor)"], content)
        }
    }
}
