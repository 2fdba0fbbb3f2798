// The target `FuzzTargets` holds what is fuzzed against its judges: a model of each parser and writer, second, simple and slow, that shares no line
// with the product. It knows nothing of where its inputs come from: libFuzzer (`scripts/test --fuzz`), or the mutations and seeds of `FuzzTests`.

/// A parser or writer that is fed any bytes, and whose outcome is judged.
public enum FuzzTarget: String, CaseIterable, Sendable {
    /// A query by the parameters of an endpoint: pieces, form decoding, values, and what the endpoint makes of them.
    case query
    /// RFC 3339, and what the shorter forms say.
    case dateTime = "date-time"
    /// The place in the list of sessions, read and written.
    case cursor
    /// The `Authorization` field, and the token in it.
    case token
    /// The text form of a UUID, and the way back.
    case uuid
    /// A JSON string of any bytes.
    case string
    /// A JSON document of all that a writer writes, in a buffer that has to grow.
    case document
    /// The records of a FastCGI request.
    case records

    /// Feeds an input to it, and compares what comes of it with the judge's opinion.
    ///
    /// - Throws: ``Disagreement``. A trap, or an endless loop, is for whoever calls this to notice.
    public func check(_ input: [UInt8]) throws(Disagreement) {
        switch self {
        case .query: try checkQuery(input)
        case .dateTime: try checkDateTime(input)
        case .cursor: try checkCursor(input)
        case .token: try checkToken(input)
        case .uuid: try checkUUID(input)
        case .string: try checkString(input)
        case .document: try checkDocument(input)
        case .records: try checkRecords(input)
        }
    }
}

/// A judge that is of another opinion.
public struct Disagreement: Error, CustomStringConvertible {
    /// What was found, and what the judge says.
    public let description: String

    init(_ description: String) {
        self.description = description
    }
}

/// Throws where what was found is not what the judge says.
func agree<Value: Equatable>(_ found: Value, _ expected: Value, _ what: @autoclosure () -> String) throws(Disagreement) {
    guard found != expected else { return }
    throw Disagreement("\(what()): \(found), but the judge says \(expected)")
}
