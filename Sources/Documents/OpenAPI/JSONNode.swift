import JSON

/// JSON while a document is put together, written down as literals. Keys keep their order.
enum JSONNode: Sendable {
    /// The keys of an object and their values, in their order.
    typealias Members = [(key: String, value: JSONNode)]

    case text(String)
    case number(Int)
    case flag(Bool)
    case list([JSONNode])
    case object(Members)
    /// What is JSON already.
    case json(String)

    /// It as JSON, with no blank between values.
    var text: String {
        var writer = JSONWriter()
        write(to: &writer)
        return writer.text
    }

    private func write(to writer: inout JSONWriter) {
        switch self {
        case .text(let text): writer.string(text)
        case .number(let number): writer.integer(Int64(number))
        case .flag(let flag): writer.raw(flag ? "true" : "false")
        case .json(let json): writer.raw(json.utf8.span)
        case .list(let elements):
            writer.raw("[")
            for (index, element) in elements.enumerated() {
                if index > 0 { writer.raw(",") }
                element.write(to: &writer)
            }
            writer.raw("]")
        case .object(let members):
            writer.raw("{")
            for (index, member) in members.enumerated() {
                if index > 0 { writer.raw(",") }
                writer.string(member.key)
                writer.raw(":")
                member.value.write(to: &writer)
            }
            writer.raw("}")
        }
    }
}

extension JSONNode: ExpressibleByStringInterpolation {
    init(stringLiteral text: String) { self = .text(text) }
}

extension JSONNode: ExpressibleByIntegerLiteral {
    init(integerLiteral number: Int) { self = .number(number) }
}

extension JSONNode: ExpressibleByBooleanLiteral {
    init(booleanLiteral flag: Bool) { self = .flag(flag) }
}

extension JSONNode: ExpressibleByArrayLiteral {
    init(arrayLiteral elements: JSONNode...) { self = .list(elements) }
}

extension JSONNode: ExpressibleByDictionaryLiteral {
    init(dictionaryLiteral members: (String, JSONNode)...) { self = .object(members.map { (key: $0.0, value: $0.1) }) }
}
