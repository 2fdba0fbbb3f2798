import API
import HTML

extension PageSection {
    /// Each endpoint of the table.
    static let endpoints = PageSection(
        anchor: "endpoints",
        title: "Endpoints",
        entries: Endpoint.all.map { Entry(anchor: $0.name, title: String($0.path.trimmingPrefix(Endpoint.commonPath))) }
    ) { section in
        for endpoint in Endpoint.all { EndpointArticle(endpoint).write(to: &section) }
    }
}

extension Endpoint {
    /// What all paths begin with; the contents leave it out.
    fileprivate static let commonPath = "/api/v1"
}

/// What the page says of one endpoint.
struct EndpointArticle {
    let endpoint: Endpoint

    init(_ endpoint: Endpoint) { self.endpoint = endpoint }

    /// Writes it: in words on one side, in examples on the other.
    func write(to html: inout HTML) {
        html.block("article", ["id": endpoint.name, "aria-labelledby": "\(endpoint.name)-path"]) { article in
            article.block("h3", ["id": "\(endpoint.name)-path"]) { heading in
                heading.element("a", ["href": "#\(endpoint.name)"]) { link in
                    link.element("span", ["class": "method"], "GET")
                    link.add(" ")
                    link.element("code", endpoint.path)
                }
            }
            article.block("div") { words(&$0) }
            article.block("div") { samples(&$0) }
        }
    }

    private func words(_ html: inout HTML) {
        html.paragraph(class: "lead", endpoint.documentation.summary)
        html.paragraph(endpoint.documentation.details)
        html.block("p", ["class": "scope"]) { scope in
            scope.add("Scope · ")
            scope.element("code", endpoint.scope.rawValue)
        }
        if !endpoint.parameters.isEmpty {
            html.block("h4") { $0.add("Query parameters") }
            html.fields(endpoint.parameters.map { HTML.Field(name: $0.name, type: $0.type, summary: $0.summary) })
        }
        html.block("h4") { $0.add("Answer") }
        html.paragraph(shape)
        html.fields(endpoint.columns.map { HTML.Field(name: $0.name, type: $0.typeWords, summary: $0.summary) })
    }

    private var shape: String {
        switch endpoint.shape {
        case .one: "`data` is an object:"
        case .list: "`data` is an array, whose objects have:"
        case .page: "`data` is an array, and `next_cursor` beside it leads to the [next page](#paging), or is null on the last. Each object has:"
        }
    }

    private func samples(_ html: inout HTML) {
        let context = "of GET \(endpoint.path)"
        html.code(
            CodeBlock(
                title: "Example call",
                context: context,
                text: """
                    curl -H "Authorization: Bearer $DEBRIEF_TOKEN" \\
                        '\(HTML.exampleOrigin)\(endpoint.documentation.exampleCall)'
                    """
            )
        )
        html.code(
            CodeBlock(title: "Response", context: context, isJSON: true, isCopied: false, text: endpoint.documentation.exampleResponse)
        )
        TryForm(endpoint).write(to: &html)
    }
}

extension HTML {
    /// A name with its type, and what it is.
    struct Field {
        let name: String
        let type: String
        let summary: String
    }

    /// Adds names with their types, below each what it is.
    mutating func fields(_ fields: [Field]) {
        block("dl", ["class": "fields"]) { list in
            for field in fields {
                list.block("div") { row in
                    row.element("dt") { name in
                        name.element("code", field.name)
                        name.add(" ")
                        name.element("span", ["class": "type"], field.type)
                    }
                    row.element("dd") { $0.prose(field.summary) }
                }
            }
        }
    }
}

extension Column {
    /// The type in the words of people who read JSON.
    var typeWords: String {
        let name =
            switch kind {
            case .uuid: "uuid"
            case .text: "string"
            case .dateTime: "date-time"
            case .integer, .bigint: "integer"
            case .json: "JSON"
            }
        return isNullable ? "\(name) or null" : name
    }
}
