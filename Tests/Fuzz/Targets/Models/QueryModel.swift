/// What a query says by an endpoint's parameters.
enum QueryModel: Equatable {
    struct Values: Equatable {
        var limit = 50
        var from: Int64?
        var to: Int64?
        var userID: UInt128?
        var cursor: CursorModel?
    }

    case values(Values)
    /// The name in the error.
    case refused(String)

    init(_ query: [UInt8], allowed: [String]) {
        var values = Values()
        var seen: Set<String> = []
        for piece in query.split(separator: UInt8(ascii: "&")) {
            let parts = piece.split(separator: UInt8(ascii: "="), maxSplits: 1, omittingEmptySubsequences: false).map { Array($0) }
            guard let name = Self.decode(parts[0]).map({ String(decoding: $0, as: UTF8.self) }), allowed.contains(name) else {
                self = .refused(Self.beginning(of: parts[0]))
                return
            }
            guard seen.insert(name).inserted, let value = Self.decode(parts.count > 1 ? parts[1] : []), values.read(value, of: name) else {
                self = .refused(name)
                return
            }
        }
        if let from = values.from, let to = values.to, from > to {
            self = .refused("from")
        } else {
            self = .values(values)
        }
    }

    /// nil where an escape is broken or what is behind it is no UTF-8.
    static func decode(_ encoded: [UInt8]) -> [UInt8]? {
        var decoded: [UInt8] = []
        // What is between two percent signs begins with two digits.
        for (index, part) in encoded.split(separator: UInt8(ascii: "%"), omittingEmptySubsequences: false).enumerated() {
            var rest = part
            if index > 0 {
                let digits = String(decoding: rest.prefix(2), as: UTF8.self)
                guard digits.utf8.count == 2, digits.allSatisfy({ $0.isASCII && $0.isHexDigit }), let byte = UInt8(digits, radix: 16) else {
                    return nil
                }
                decoded.append(byte)
                rest = rest.dropFirst(2)
            }
            decoded += rest.map { $0 == UInt8(ascii: "+") ? UInt8(ascii: " ") : $0 }
        }
        return UTF8Model.isValid(decoded) ? decoded : nil
    }

    /// As many whole characters as fit 64 bytes, what is no UTF-8 replaced.
    private static func beginning(of name: [UInt8]) -> String {
        var text = ""
        for scalar in String(decoding: name, as: UTF8.self).unicodeScalars {
            guard text.utf8.count + String(scalar).utf8.count <= 64 else { break }
            text.unicodeScalars.append(scalar)
        }
        return text
    }
}

extension QueryModel.Values {
    private static let limits = Dictionary(uniqueKeysWithValues: (1...100).map { ("\($0)", $0) })

    fileprivate mutating func read(_ value: [UInt8], of name: String) -> Bool {
        switch name {
        case "limit":
            guard let limit = Self.limits[String(decoding: value, as: UTF8.self)] else { return false }
            self.limit = limit
        case "from":
            from = DateTimeModel(value).roundedUp
            return from != nil
        case "to":
            guard case .moment(let microseconds, _, _, _) = DateTimeModel(value) else { return false }
            to = microseconds
        case "user_id":
            userID = UUIDModel.value(value)
            return userID != nil
        case "cursor":
            cursor = CursorModel(value)
            return cursor != nil
        default: return false
        }
        return true
    }
}
