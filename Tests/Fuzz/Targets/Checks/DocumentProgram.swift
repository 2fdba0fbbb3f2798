import JSON

/// What to write, taken from bytes until there are too few.
struct DocumentProgram {
    private var rest: ArraySlice<UInt8>

    init(_ bytes: ArraySlice<UInt8>) { rest = bytes }

    enum Step: Equatable {
        case null
        case integer(Int64)
        case uuid(UInt128)
        case binaryUUID([UInt8])
        case instant(Int64)
        case tied(Int64, UInt128)
        case string(String)
        case verbatim(Int)
        case words(Int)
        case restart

        /// Documents as PostgreSQL's `json` keeps them.
        static let documents = [#"{ "a" : [1, 2.5E+3, "\u00e9"] }"#, "[]", "\"\\ud83d\\ude00\"", "-0.0", "true", "{\"a\":1,\"a\":2}"]

        /// A key of 19 bytes, as words.
        static let key: [UInt64] = [0x7972_6464_612d_6f6e, 0x7261_6c75_6769_7272, 0x0000_0000_0065_7361]

        /// Some of the first bytes of the key, in quotes.
        static func keyText(_ count: Int) -> String {
            String(decoding: key.flatMap { word in (0..<8).map { UInt8(truncatingIfNeeded: word >> (8 * $0)) } }.prefix(count), as: UTF8.self)
        }

        var text: String {
            switch self {
            case .null: "null"
            case .integer(let value): "\(value)"
            case .uuid(let value): "\"\(UUIDModel.text(value))\""
            case .binaryUUID(let bytes): "\"\(UUIDModel.text(number(bytes[...])))\""
            case .instant(let moment): "\"\(CalendarModel.text(moment))\""
            case .tied(let moment, let tail): "\"\(CalendarModel.text(moment, tail: tail))\""
            case .string(let text): String(decoding: JSONModel.string(Array(text.utf8)), as: UTF8.self)
            case .verbatim(let index): Self.documents[index]
            case .words(let count): "\"\(Self.keyText(count))\""
            case .restart: ""
            }
        }

        func write(to writer: inout JSONWriter) {
            switch self {
            case .null: writer.null()
            case .integer(let value): writer.integer(value)
            case .uuid(let value): writer.uuid(UUID(value: value))
            case .binaryUUID(let bytes): writer.uuid(bytes.span.bytes)
            case .instant(let moment): writer.instant(Instant(microseconds: moment))
            case .tied(let moment, let tail): writer.instant(Instant(microseconds: moment), tail: tail)
            case .string(let text): writer.string(text)
            case .verbatim(let index): writer.verbatim(Array(Self.documents[index].utf8).span.bytes)
            case .words(let count):
                writer.raw("\"")
                writer.raw(Self.key.span, count: count)
                writer.raw("\"")
            case .restart: break
            }
        }
    }

    mutating func next() -> Step? {
        guard let code = rest.popFirst() else { return nil }
        switch code % 10 {
        case 0: return .null
        case 1: return integer().map { .integer($0) }
        case 2: return take(16).map { .uuid(number($0)) }
        case 3: return take(16).map { .binaryUUID(Array($0)) }
        case 4: return integer().map { .instant($0) }
        case 5:
            guard let moment = integer(), let tail = take(16) else { return nil }
            return .tied(moment, number(tail))
        case 6: return take(Int(rest.popFirst() ?? 0)).map { .string(String(decoding: $0, as: UTF8.self)) }
        case 7: return .verbatim(Int(code) / 10 % Step.documents.count)
        case 8: return .words(Int(code) / 10 % 20)
        default: return .restart
        }
    }

    /// A number of any length: the first byte says how many bits count.
    private mutating func integer() -> Int64? {
        guard let bits = rest.popFirst(), let bytes = take(8) else { return nil }
        return Int64(truncatingIfNeeded: number(bytes)) >> Int64(bits % 64)
    }

    private mutating func take(_ count: Int) -> ArraySlice<UInt8>? {
        guard rest.count >= count else { return nil }
        defer { rest = rest.dropFirst(count) }
        return rest.prefix(count)
    }
}
