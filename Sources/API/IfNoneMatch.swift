/// The field `If-None-Match` (RFC 9110, section 13.1.2): tags of the bodies that a client has, or `*` for any.
struct IfNoneMatch {
    /// How the client has what it asks for.
    enum Match: Equatable {
        /// It has not, or has not said it in the field's form.
        case none
        /// By the tag as it was made, or by `*`.
        case strong
        /// By the tag that nginx has made weak. A 304 repeats that: by a strong one, a cache would not find the weak one that it keeps (RFC 9111, 4.3.4).
        case weak
    }

    /// Whether any body will do, so that it need not be made.
    static func isAny(_ field: Span<UInt8>) -> Bool {
        field.count == 1 && field[0] == UInt8(ascii: "*")
    }

    /// Compares weakly, as the section demands: nginx weakens the tag of what it compresses, though it is the same text.
    static func match(_ field: Span<UInt8>, _ tag: ETag) -> Match {
        if isAny(field) { return .strong }
        var position = 0
        while position < field.count {
            switch field[position] {
            case UInt8(ascii: " "), UInt8(ascii: "\t"), UInt8(ascii: ","):
                position += 1
            case UInt8(ascii: "\""):
                guard let end = endOfTag(field, from: position + 1) else { return .none }
                if tag.hasOpaqueTag(field.extracting(position + 1..<end)) { return .strong }
                position = end + 1
            case UInt8(ascii: "W"):
                guard position + 2 < field.count, field[position + 1] == UInt8(ascii: "/"), field[position + 2] == UInt8(ascii: "\""),
                    let end = endOfTag(field, from: position + 3)
                else { return .none }
                if tag.hasOpaqueTag(field.extracting(position + 3..<end)) { return .weak }
                position = end + 1
            default:
                return .none
            }
        }
        return .none
    }

    /// Where the quote is that ends a tag. A comma may stand before it.
    private static func endOfTag(_ field: Span<UInt8>, from start: Int) -> Int? {
        (start..<field.count).first { field[$0] == UInt8(ascii: "\"") }
    }
}
