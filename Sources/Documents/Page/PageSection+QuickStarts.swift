import HTML

extension PageSection {
    /// Programs to begin with; nothing where there are none.
    static let quickStarts =
        QuickStart.all.isEmpty
        ? []
        : [
            PageSection(
                anchor: "quick-starts",
                title: "Quick starts",
                entries: QuickStart.all.map { Entry(anchor: $0.anchor, title: $0.title) }
            ) { section in
                section.paragraph(
                    "Whole programs to begin with. Each reads address and token from [the environment](#authentication), and every session, page by page."
                )
                for start in QuickStart.all { start.write(to: &section) }
            }
        ]
}

extension QuickStart {
    /// Its place on the page: the title with a hyphen for all that is no letter or digit of ASCII.
    var anchor: String {
        "start-" + title.lowercased().split { !$0.isASCII || !($0.isLetter || $0.isNumber) }.joined(separator: "-")
    }

    /// Writes how it is run, and what it is.
    func write(to html: inout HTML) {
        html.block("article", ["aria-labelledby": anchor]) { article in
            article.heading("h3", anchor: anchor) { $0.add(title) }
            article.block("div") { words in
                words.code(CodeBlock(title: "Run", context: "the quick start \(title)", text: command))
            }
            article.block("div") { program in
                program.code(CodeBlock(title: file, context: "of the quick start \(title)", text: text))
            }
        }
    }
}
