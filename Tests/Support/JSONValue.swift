import Foundation

/// A JSON document as Foundation's parser, which is not ours, reads it.
public enum JSONValue: Equatable, Sendable {
    case null
    case bool(Bool)
    case number(Double)
    case string(String)
    case array([JSONValue])
    case object([String: JSONValue])

    /// nil where the bytes are no JSON.
    public init?(parsing bytes: [UInt8]) {
        guard let any = try? JSONSerialization.jsonObject(with: Data(bytes), options: .fragmentsAllowed) else { return nil }
        self.init(any)
    }

    private init(_ any: Any) {
        switch any {
        case let text as String: self = .string(text)
        case let list as [Any]: self = .array(list.map { JSONValue($0) })
        case let object as [String: Any]: self = .object(object.mapValues { JSONValue($0) })
        // Foundation has no type of its own for booleans that other numbers are not.
        case let number as NSNumber: self = number.isBoolean ? .bool(number.boolValue) : .number(number.doubleValue)
        default: self = .null
        }
    }

    /// The value of an object's key.
    public subscript(key: String) -> JSONValue? {
        if case .object(let object) = self { object[key] } else { nil }
    }

    /// An element of an array.
    public subscript(index: Int) -> JSONValue? {
        if case .array(let array) = self, array.indices.contains(index) { array[index] } else { nil }
    }

    /// The text, where it is one.
    public var string: String? {
        if case .string(let text) = self { text } else { nil }
    }

    /// The number, where it is one.
    public var number: Double? {
        if case .number(let number) = self { number } else { nil }
    }

    /// The elements, where it is an array.
    public var array: [JSONValue]? {
        if case .array(let array) = self { array } else { nil }
    }

    /// The keys and values, where it is an object.
    public var object: [String: JSONValue]? {
        if case .object(let object) = self { object } else { nil }
    }
}

extension NSNumber {
    /// objCType is "c" for what was true or false.
    fileprivate var isBoolean: Bool { String(cString: objCType) == "c" }
}
