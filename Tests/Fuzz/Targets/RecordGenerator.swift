import Support

/// FastCGI requests as nginx would never send them: whole ones of unusual shape, and such as are spoiled in one or two places.
public struct RecordGenerator<Generator: RandomNumberGenerator> {
    private struct Record {
        var type: UInt8
        var id: UInt16
        var content: [UInt8]
        var version: UInt8 = 1
        var padding = 0
        /// By how much its header lies about its length.
        var lie = 0

        var bytes: [UInt8] {
            var bytes = FastCGIRecord.record(type: type, id: id, content, version: version, padding: padding)
            let length = UInt16(truncatingIfNeeded: content.count + lie)
            (bytes[4], bytes[5]) = (UInt8(length >> 8), UInt8(length & 255))
            return bytes
        }
    }

    private let parameters: [(String, String)]
    private var generator: Generator
    /// How many records there were in all the requests so far.
    public private(set) var records = 0

    /// - Parameter parameters: of the request that is spoiled.
    public init(_ parameters: [(String, String)], generator: Generator) {
        self.parameters = parameters
        self.generator = generator
    }

    /// What a connection says.
    ///
    /// - Parameter spoiled: whether something is wrong with it, nearly always.
    public mutating func next(spoiled: Bool = true) -> [UInt8] {
        var records = whole()
        var bytes: [UInt8] = []
        if spoiled {
            for _ in 0..<number(1...2) { spoil(&records) }
            bytes = records.flatMap(\.bytes)
            if number(0...3) == 0 { spoil(&bytes) }
        } else {
            bytes = records.flatMap(\.bytes)
        }
        self.records += max(1, records.count)
        return bytes
    }

    private mutating func number(_ range: ClosedRange<Int>) -> Int { Int.random(in: range, using: &generator) }

    private mutating func byte() -> UInt8 { UInt8.random(in: 0...255, using: &generator) }

    /// A good request, its parameters in any number of records, with a body or without, padded or not.
    private mutating func whole() -> [Record] {
        let id = number(0...1) == 0 ? 1 : UInt16(number(1...65_535))
        var records = [Record(type: 1, id: id, content: [0, 1, byte(), byte(), 0, byte(), 0, 0])]
        var stream = parameters.flatMap { FastCGIRecord.pair($0, $1) }[...]
        if number(0...9) == 0 { stream += FastCGIRecord.pair("LONG", String(repeating: "x", count: number(100...2_000))) }
        while !stream.isEmpty {
            let count = number(0...1) == 0 ? stream.count : number(1...stream.count)
            records.append(Record(type: 4, id: id, content: Array(stream.prefix(count)), padding: number(0...2) == 0 ? number(0...255) : 0))
            stream = stream.dropFirst(count)
        }
        records.append(Record(type: 4, id: id, content: []))
        if number(0...4) == 0 { records.append(Record(type: 5, id: id, content: (0..<number(1...300)).map { UInt8($0 & 255) })) }
        records.append(Record(type: 5, id: id, content: []))
        if number(0...9) == 0 { records[number(0...records.count - 1)].padding = number(1...255) }
        return records
    }

    private mutating func spoil(_ records: inout [Record]) {
        let index = number(0...records.count - 1)
        let id = records[index].id
        switch number(0...15) {
        case 0: records[index].version = byte()
        case 1: records[index].id = UInt16(number(0...65_535))
        case 2: records[index].type = byte()
        case 3 where records[0].content.count > 1: records[0].content[number(0...1)] = byte()
        case 4: records[index].lie = number(-10...10)
        case 5: records[index].lie = number(-32_768...32_767)
        case 6 where records.count > 1: records.remove(at: index)
        case 7: records.insert(records[index], at: number(0...records.count))
        case 8: records.swapAt(index, number(0...records.count - 1))
        // The record that overruns libfcgi's buffer, of the request or of none.
        case 9:
            let names = (0..<4).flatMap { _ in FastCGIRecord.pair("FCGI_MAX_CONNS", "") }
            records.insert(Record(type: 9, id: number(0...1) == 0 ? 0 : id, content: names), at: number(0...records.count))
        // An abort, or what only an application sends.
        case 10: records.insert(Record(type: [2, 3, 6, 7, 8, 10, 11][number(0...6)], id: id, content: []), at: number(0...records.count))
        case 11 where !records[index].content.isEmpty:
            // A length of a name or of a value, as often as not.
            records[index].content[number(0...min(60, records[index].content.count - 1))] = 128 | byte()
        case 12: records.insert(Record(type: 4, id: id, content: [UInt8](repeating: 255, count: number(1...8))), at: index)
        // The beginning of a stream without an end.
        case 13 where records.count > 1 && number(0...30) == 0:
            let endless = Record(type: 4, id: id, content: [UInt8](repeating: 0, count: 8_000))
            records.replaceSubrange(1..., with: repeatElement(endless, count: 12))
        case 14: records[index].content += [byte(), byte()]
        default: records[index].padding = number(0...255)
        }
    }

    private mutating func spoil(_ bytes: inout [UInt8]) {
        switch number(0...3) {
        case 0: bytes.removeLast(number(1...max(1, bytes.count)) % (bytes.count + 1))
        case 1: bytes += (0..<number(1...40)).map { _ in byte() }
        case 2: bytes = (0..<number(1...100)).map { _ in byte() }
        default: if !bytes.isEmpty { bytes[number(0...bytes.count - 1)] = byte() }
        }
    }
}
