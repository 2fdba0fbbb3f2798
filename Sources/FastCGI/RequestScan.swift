/// How far the bytes of a connection are a whole request, <https://fastcgi-archives.github.io/FastCGI_Specification.html> §3.3 and §5.
///
/// libfcgi trusts its peer: parameters cut short look complete to it, endless ones grow without limit, and one management record makes it overrun a
/// buffer. So its reader is only started on bytes that have been found whole and harmless here.
enum RequestScan: Equatable {
    /// BEGIN_REQUEST for a responder, PARAMS to their end, STDIN to its end, and nothing behind.
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
    init(_ bytes: RawSpan) {
        var expected = Self.beginRequest
        var request: UInt16 = 0
        var pairs = PairScan()
        var offset = 0
        while offset + Self.headerSize <= bytes.byteCount {
            let version = bytes.byte(at: offset)
            let type = bytes.byte(at: offset + 1)
            let id = bytes.uint16(at: offset + 2)
            let length = Int(bytes.uint16(at: offset + 4))
            let content = offset + Self.headerSize
            offset = content + length + Int(bytes.byte(at: offset + 6))

            guard version == 1, type == expected, id != 0, request == 0 || id == request else {
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
                guard pairs.isAtEnd else {
                    self = .malformed
                    return
                }
                expected = Self.stdin
            case Self.params:
                for index in content..<min(content + length, bytes.byteCount) { pairs.take(bytes.byte(at: index)) }
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

/// Follows names and values through the PARAMS records (§3.4), whose borders mean nothing to them. libfcgi makes room for whatever length it reads.
private struct PairScan {
    /// Bytes of the present name and value that are to be passed over.
    private var content = 0
    /// The length that is being read, and how many of its bytes are missing.
    private var length = 0
    private var missing = 0
    /// Whether the next length is that of a value.
    private var isValue = false

    /// Whether a name with its value has just ended, or none has begun.
    var isAtEnd: Bool { content == 0 && missing == 0 && !isValue }

    mutating func take(_ byte: UInt8) {
        if content > 0 && missing == 0 && !isValue {
            content -= 1
            return
        }
        if missing == 0 {
            // The first byte of a length: alone below 128, else the first of four.
            missing = byte < 128 ? 1 : 4
            length = 0
        }
        length = length << 8 | Int(missing == 4 ? byte & 127 : byte)
        missing -= 1
        guard missing == 0 else { return }
        content += length
        isValue.toggle()
    }
}

extension RawSpan {
    fileprivate func byte(at offset: Int) -> UInt8 { unsafeLoad(fromByteOffset: offset, as: UInt8.self) }

    fileprivate func uint16(at offset: Int) -> UInt16 { UInt16(byte(at: offset)) << 8 | UInt16(byte(at: offset + 1)) }
}
