import JSON
import Postgres

/// How a row becomes an object: the columns' keys and kinds, laid out once for the loop that writes rows. It holds nothing that is counted, as the names
/// in ``Column`` are: to hand those on for each value cost a tenth of a worker's time.
struct RowFormat: Sendable {
    /// One column.
    private struct Field {
        /// Where in `keys` its words end; they begin where those of the one before ended.
        let keyEnd: Int
        let keyBytes: Int
        let kind: Column.Kind
    }

    /// What stands before each value, `{"id":`, `,"user_id":` and so on: each in words of its own, filled up with zeros.
    private let keys: [UInt64]
    private let fields: [Field]

    init(_ columns: [Column]) {
        var keys: [UInt64] = []
        var fields: [Field] = []
        for column in columns {
            let key = Array("\(fields.isEmpty ? "{" : ",")\"\(column.name)\":".utf8)
            for start in stride(from: 0, to: key.count, by: 8) {
                let word = key[start..<min(start + 8, key.count)].reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
                keys.append(word.littleEndian)
            }
            fields.append(Field(keyEnd: keys.count, keyBytes: key.count, kind: column.kind))
        }
        self.keys = keys
        self.fields = fields
    }

    /// Writes a row as an object with a key a column, in their order.
    func write(row: Int, of result: borrowing Result, to writer: inout JSONWriter) {
        let (keys, fields) = (keys.span, fields.span)
        var keyStart = 0
        for column in fields.indices {
            let field = fields[column]
            writer.raw(keys.extracting(keyStart..<field.keyEnd), count: field.keyBytes)
            keyStart = field.keyEnd
            guard let value = result.value(row: row, column: column) else {
                writer.null()
                continue
            }
            switch field.kind {
            case .uuid: writer.uuid(value)
            case .text: writer.string(value)
            case .dateTime: writer.instant(Instant(microseconds: value.int64))
            case .integer: writer.integer(Int64(value.int32))
            case .bigint: writer.integer(value.int64)
            case .json: writer.verbatim(value)
            }
        }
        writer.raw("}")
    }
}
