/// Rows below each other, in columns as wide as their widest cell; where there is not enough room, the columns that matter least are left out.
struct TextTable {
    /// A column.
    struct Column {
        /// Its head.
        var title: String
        /// Numbers stand at the right.
        var isNumber = true
        /// Those with the highest are left out first.
        var rank = 0
    }

    /// A cell.
    struct Cell: Equatable {
        var text: String
        var style = TextStyle.plain
    }

    private static let gap = 2

    let columns: [Column]
    let rows: [[Cell]]

    /// The head, and a line a row.
    func lines(width: Int) -> [StyledLine] {
        let widths = columns.indices.map { column in
            rows.reduce(columns[column].title.count) { max($0, $1[column].text.count) }
        }
        var kept = Array(columns.indices)
        while kept.count > 1, kept.reduce(-Self.gap, { $0 + widths[$1] + Self.gap }) > width {
            guard let least = kept.max(by: { columns[$0].rank < columns[$1].rank }) else { break }
            kept.removeAll { $0 == least }
        }
        let head = line(columns.map { Cell(text: $0.title, style: .head) }, kept, widths, gap: .head).cut(to: width).padded(to: width, .head)
        return [head] + rows.map { line($0, kept, widths, gap: .plain).cut(to: width) }
    }

    private func line(_ cells: [Cell], _ kept: [Int], _ widths: [Int], gap: TextStyle) -> StyledLine {
        var line = StyledLine()
        for (place, column) in kept.enumerated() {
            if place > 0 { line.add(String(repeating: " ", count: Self.gap), gap) }
            let cell = cells[column]
            let blanks = String(repeating: " ", count: widths[column] - cell.text.count)
            if columns[column].isNumber { line.add(blanks, gap) }
            line.add(cell.text, cell.style)
            if !columns[column].isNumber && place < kept.count - 1 { line.add(blanks, gap) }
        }
        return line
    }
}
