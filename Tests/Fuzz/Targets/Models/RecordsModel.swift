/// The records of one FastCGI request, taken apart into arrays: what the gate and libfcgi's reader must come to, too.
struct RecordsModel {
    /// What may become of the bytes.
    enum Verdict: Equatable {
        /// A request, and nothing behind it.
        case complete
        /// The beginning of one.
        case incomplete
        /// Nothing that can become one.
        case malformed
    }

    private struct Record {
        let type: UInt8
        let content: [UInt8]
        /// Whether all of it, with its padding, is there.
        let isWhole: Bool
        let length: Int
    }

    /// How far they are a request for a responder.
    private(set) var verdict = Verdict.incomplete
    /// Names and values, once complete.
    private(set) var parameters: [(name: [UInt8], value: [UInt8])] = []

    /// Takes the bytes of a connection apart.
    init(_ bytes: [UInt8]) {
        guard let (records, rest) = Self.records(bytes) else {
            verdict = .malformed
            return
        }
        // BEGIN_REQUEST; PARAMS to an empty one; STDIN to an empty one.
        var stages: [UInt8] = [1, 4, 5]
        var stream: [UInt8] = []
        for record in records {
            guard let stage = stages.first, record.type == stage else {
                verdict = .malformed
                return
            }
            switch record.type {
            case 1:
                guard record.length == 8, !record.isWhole || Array(record.content[..<2]) == [0, 1] else {
                    verdict = .malformed
                    return
                }
                stages.removeFirst()
            case 4 where record.length == 0:
                guard let pairs = Self.pairs(stream) else {
                    verdict = .malformed
                    return
                }
                parameters = pairs
                stages.removeFirst()
            case 5 where record.length == 0:
                stages.removeFirst()
            default:
                if record.type == 4 { stream += record.content }
            }
            guard record.isWhole else { return }
        }
        guard stages.isEmpty else { return }
        verdict = rest.isEmpty ? .complete : .malformed
    }

    /// The records whose headers are there, and what is behind the last; nil where one of them can be none of a request's. Those behind a STDIN's end
    /// are not looked at: whatever they are, they are too much.
    private static func records(_ bytes: [UInt8]) -> (records: [Record], rest: [UInt8])? {
        var records: [Record] = []
        var rest = bytes
        var id: [UInt8]?
        while rest.count >= 8 {
            let header = Array(rest[..<8])
            let length = Int(header[4]) * 256 + Int(header[5])
            let size = 8 + length + Int(header[6])
            let own = Array(header[2...3])
            guard header[0] == 1, own != [0, 0], id == nil || id == own else { return nil }
            // Padding belongs to a content that anybody would pad.
            guard header[6] == 0 || length > 0 && header[1] != 1 else { return nil }
            id = own
            let isWhole = rest.count >= size
            records.append(Record(type: header[1], content: Array(rest.dropFirst(8).prefix(length)), isWhole: isWhole, length: length))
            rest = Array(rest.dropFirst(size))
            if header[1] == 5 && length == 0 { break }
        }
        return (records, rest)
    }

    /// Names and values of a whole stream; nil where it ends within one.
    private static func pairs(_ stream: [UInt8]) -> [(name: [UInt8], value: [UInt8])]? {
        var pairs: [(name: [UInt8], value: [UInt8])] = []
        var rest = stream[...]
        func length() -> Int? {
            guard let first = rest.first else { return nil }
            guard first >= 128 else {
                rest = rest.dropFirst()
                return Int(first)
            }
            guard rest.count >= 4 else { return nil }
            defer { rest = rest.dropFirst(4) }
            return rest.prefix(4).reduce(0) { $0 * 256 + Int($1) } - 128 * 256 * 256 * 256
        }
        while !rest.isEmpty {
            guard let name = length(), let value = length(), rest.count >= name + value else { return nil }
            pairs.append((Array(rest.prefix(name)), Array(rest.dropFirst(name).prefix(value))))
            rest = rest.dropFirst(name + value)
        }
        return pairs
    }

    /// What libfcgi's `FCGX_GetParam` finds by a name: it keeps `NAME=value` as C does, so that a NUL ends it and the first `=` ends the name.
    func value(of name: String) -> [UInt8] {
        for pair in parameters {
            let entry = (pair.name + [UInt8(ascii: "=")] + pair.value).prefix { $0 != 0 }
            if entry.starts(with: Array("\(name)=".utf8)) { return Array(entry.dropFirst(name.utf8.count + 1)) }
        }
        return []
    }
}
