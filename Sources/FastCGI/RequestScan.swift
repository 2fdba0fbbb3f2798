/// How far the bytes of a connection are a whole request, <https://fastcgi-archives.github.io/FastCGI_Specification.html> §3.3 and §5.
///
/// libfcgi trusts its peer: parameters cut short look complete to it, endless ones grow without limit, one management record makes it overrun a
/// buffer, two huge lengths another (CVE-2025-23016), and a request that it refuses it closes as slowly as the peer likes. So its reader is only
/// started on bytes that have been found whole and harmless here.
package enum RequestScan: Equatable {
    /// BEGIN_REQUEST for a responder, PARAMS to their end, STDIN to its end, and nothing behind. Only what has a content of the peer's is padded.
    case complete
    /// The beginning of such a request.
    case incomplete
    /// Can never become one.
    case malformed

    private static let headerSize = 8
    private static let beginRequest: UInt8 = 1
    private static let params: UInt8 = 4
    private static let stdin: UInt8 = 5
    private static let responder: UInt16 = 1

    /// Walks the record headers.
    package init(_ bytes: RawSpan) {
        var expected = Self.beginRequest
        var request: UInt16 = 0
        var pairs = PairWalk()
        var offset = 0
        while offset + Self.headerSize <= bytes.byteCount {
            let version = bytes.byte(at: offset)
            let type = bytes.byte(at: offset + 1)
            let id = bytes.uint16(at: offset + 2)
            let length = Int(bytes.uint16(at: offset + 4))
            let padding = Int(bytes.byte(at: offset + 6))
            let content = offset + Self.headerSize
            offset = content + length + padding

            guard version == 1, type == expected, id != 0, request == 0 || id == request else {
                self = .malformed
                return
            }
            // libfcgi forgets the padding behind BEGIN_REQUEST and behind the end of a stream: it takes it for the next header, or leaves it unread,
            // which resets the connection. No web server pads there: what has 8 bytes or none is aligned as §3.3 wants it.
            guard padding == 0 || length > 0 && type != Self.beginRequest else {
                self = .malformed
                return
            }
            request = id
            switch type {
            case Self.beginRequest:
                guard length == 8 else {
                    self = .malformed
                    return
                }
                guard offset <= bytes.byteCount else {
                    self = .incomplete
                    return
                }
                guard bytes.uint16(at: content) == Self.responder else {
                    self = .malformed
                    return
                }
                expected = Self.params
            case Self.params where length == 0:
                guard pairs.isBetweenPairs else {
                    self = .malformed
                    return
                }
                expected = Self.stdin
            case Self.params where offset <= bytes.byteCount:
                pairs.walk(bytes.extracting(content..<content + length))
            case Self.stdin where length == 0:
                self = offset == bytes.byteCount ? .complete : offset < bytes.byteCount ? .malformed : .incomplete
                return
            default:
                break
            }
        }
        self = .incomplete
    }
}

/// Names and values of PARAMS, §3.4: their lengths, then their bytes, across the records of the stream.
private struct PairWalk {
    /// What is still to come of a name and its value.
    private var bytesLeft = 0
    /// A length of four bytes as far as it was read, and how many of them are still to come.
    private var length = 0
    private var lengthBytesLeft = 0
    /// The length of a name whose value's length is still to come.
    private var nameLength: Int?

    /// Whether the stream may end here.
    var isBetweenPairs: Bool { bytesLeft == 0 && lengthBytesLeft == 0 && nameLength == nil }

    /// Goes on with the content of another record.
    mutating func walk(_ content: RawSpan) {
        var offset = 0
        while offset < content.byteCount {
            guard bytesLeft == 0 else {
                let skipped = min(bytesLeft, content.byteCount - offset)
                bytesLeft -= skipped
                offset += skipped
                continue
            }
            let byte = Int(content.byte(at: offset))
            offset += 1
            if lengthBytesLeft > 0 {
                length = length << 8 | byte
                lengthBytesLeft -= 1
                if lengthBytesLeft == 0 { take(length) }
            } else if byte < 128 {
                take(byte)
            } else {
                length = byte & 127
                lengthBytesLeft = 3
            }
        }
    }

    private mutating func take(_ length: Int) {
        if let nameLength {
            bytesLeft = nameLength + length
            self.nameLength = nil
        } else {
            nameLength = length
        }
    }
}

extension RawSpan {
    fileprivate func byte(at offset: Int) -> UInt8 { unsafeLoad(fromByteOffset: offset, as: UInt8.self) }

    fileprivate func uint16(at offset: Int) -> UInt16 { UInt16(byte(at: offset)) << 8 | UInt16(byte(at: offset + 1)) }
}
