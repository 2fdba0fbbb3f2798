/// How a piece of a line looks.
enum TextStyle: Equatable {
    case plain, title, label, well, warning, ill, head
}

/// A line of a terminal: pieces of text, each with its style. Each character takes one cell.
struct StyledLine: Equatable {
    /// A piece.
    struct Piece: Equatable {
        var text: String
        var style: TextStyle
    }

    private(set) var pieces: [Piece] = []
    /// In cells.
    private(set) var width = 0

    /// Without its styles.
    var text: String { pieces.map(\.text).joined() }

    /// A line that begins with a piece.
    init(_ text: String = "", _ style: TextStyle = .plain) { add(text, style) }

    /// Adds a piece at the end.
    mutating func add(_ text: String, _ style: TextStyle = .plain) {
        guard !text.isEmpty else { return }
        width += text.unicodeScalars.count
        if let last = pieces.indices.last, pieces[last].style == style {
            pieces[last].text += text
        } else {
            pieces.append(Piece(text: text, style: style))
        }
    }

    /// Adds another line's pieces at the end.
    mutating func add(_ line: StyledLine) {
        for piece in line.pieces { add(piece.text, piece.style) }
    }

    /// As much of it as fits.
    func cut(to columns: Int) -> StyledLine {
        guard width > columns else { return self }
        var line = StyledLine()
        for piece in pieces {
            let room = max(0, columns - line.width)
            line.add(String(String.UnicodeScalarView(piece.text.unicodeScalars.prefix(room))), piece.style)
        }
        return line
    }

    /// With blanks at the end, up to a width.
    func padded(to columns: Int, _ style: TextStyle = .plain) -> StyledLine {
        var line = self
        line.add(String(repeating: " ", count: max(0, columns - width)), style)
        return line
    }
}
