import API
import JSON

extension FuzzTarget {
    /// As a text; and its first 24 bytes as the moment and the id of a page's last row.
    func checkCursor(_ input: [UInt8]) throws(Disagreement) {
        let found = Cursor(text: input.span)
        try agree(found.map { CursorModel(before: $0.before.microseconds, id: $0.id.value) }, CursorModel(input), "the cursor")
        if let found {
            try checkWriting(found)
        }
        guard input.count >= 24 else { return }
        let moment = Int64(truncatingIfNeeded: number(input[0..<8]))
        let startedAt = Instant(microseconds: min(max(moment, CalendarModel.earliest), CalendarModel.latest))
        let id = UUID(value: number(input[8..<24]))
        try checkWriting(Cursor(afterRowAt: startedAt, id: id, next: startedAt))
        try checkWriting(Cursor(afterRowAt: startedAt, id: id, next: Instant(microseconds: startedAt.microseconds - 1)))
    }

    /// What is written is read as the same place, and, cut by a client to six digits or more, as one that comes not later.
    private func checkWriting(_ cursor: Cursor) throws(Disagreement) {
        let text = cursor.text
        try agree(Cursor(text: Array(text.utf8).span), cursor, "what \(text) is read as")
        guard let point = text.firstIndex(of: ".") else { return }
        let (seconds, digits) = (text[..<point], text[point...].dropFirst().dropLast())
        for kept in 6..<max(6, digits.count) {
            let cut = "\(seconds).\(digits.prefix(kept))Z"
            guard let place = Cursor(text: Array(cut.utf8).span), place >= cursor else { throw Disagreement("\(cut) skips rows that \(text) has") }
        }
    }
}

/// Bytes as a number, the highest first.
func number(_ bytes: ArraySlice<UInt8>) -> UInt128 { bytes.reduce(0) { $0 << 8 | UInt128($1) } }
