import ArgumentParser
import JSON

/// How a list is printed: as a table for people, or as JSON for programs.
struct ListingOptions: ParsableArguments {
    @Flag(name: .customLong("json"), help: "Print a JSON array instead of a table.")
    var isJSON = false

    /// Prints rows.
    ///
    /// - Parameters:
    ///   - columns: the heads of the table.
    ///   - cells: a row as the table has it, a text a column.
    ///   - object: writes a row as a JSON object.
    func print<Row>(
        _ rows: [Row],
        columns: [String],
        cells: (Row) -> [String],
        object: (Row, inout JSONWriter) -> Void
    ) throws(Refusal) {
        guard isJSON else { return try StandardFiles.write(Self.table([columns] + rows.map(cells))) }
        var writer = JSONWriter()
        writer.raw("[")
        for (index, row) in rows.enumerated() {
            if index > 0 { writer.raw(",") }
            object(row, &writer)
        }
        writer.raw("]\n")
        try StandardFiles.write(writer.text)
    }

    /// Rows below each other, each column as wide as its widest cell.
    static func table(_ rows: [[String]]) -> String {
        let rows = rows.map { $0.map(visible) }
        let widths = rows.reduce(into: [Int]()) { widths, row in
            for (column, cell) in row.enumerated() {
                if column == widths.count { widths.append(0) }
                widths[column] = max(widths[column], cell.count)
            }
        }
        let lines = rows.map { row in
            let line = zip(row, widths).map { cell, width in cell + String(repeating: " ", count: width - cell.count) }.joined(separator: "  ")
            return line.dropLast(line.reversed().prefix { $0 == " " }.count) + "\n"
        }
        return lines.joined()
    }

    /// The text without what would move a terminal's cursor or change its colours: names are written by others.
    private static func visible(_ text: String) -> String {
        String(String.UnicodeScalarView(text.unicodeScalars.map { $0.properties.generalCategory == .control ? "\u{FFFD}" : $0 }))
    }
}

extension Instant {
    /// RFC 3339 to the second, for people.
    var short: String { description.split(separator: ".").first.map { $0.hasSuffix("Z") ? String($0) : "\($0)Z" } ?? description }
}

extension JSONWriter {
    /// Writes a moment, or `null`.
    mutating func instantOrNull(_ instant: Instant?) {
        if let instant { self.instant(instant) } else { null() }
    }
}
