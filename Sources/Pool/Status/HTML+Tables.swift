import HTML

extension HTML {
    /// Adds names and values below each other.
    mutating func facts(class name: String? = nil, _ facts: [(name: String, value: String)]) {
        block("dl", .class(name)) { list in
            for fact in facts {
                list.element("dt", fact.name)
                list.element("dd", fact.value)
            }
        }
    }

    /// Adds a table; where it has no rows, a sentence instead.
    ///
    /// - Parameter texts: how many columns hold text; those behind them hold numbers.
    mutating func table(_ columns: [String], texts: Int, _ rows: [[String]], orElse sentence: String) {
        guard !rows.isEmpty else { return element("p", sentence) }
        // A table that is wider than a phone moves within its own frame.
        block("div") { frame in
            frame.block("table") { table in
                table.block("tr") { row in
                    for (index, column) in columns.enumerated() { row.element("th", .class(index < texts ? nil : "n"), column) }
                }
                for cells in rows {
                    table.block("tr") { row in
                        for (index, cell) in cells.enumerated() { row.element("td", .class(index < texts ? nil : "n"), cell) }
                    }
                }
            }
        }
    }
}
