import JSON

/// The field `Link` (RFC 8288) of a page that is not the last: the call for the next one, relative to the host and percent-encoded.
///
///     Link: </api/v1/sessions?limit=50&cursor=2026-05-06T17%3A00%3A00Z>; rel="next"
///
/// It is written from what the parameters were read as, not from what was sent. So nothing of a caller's gets into a head, and it is short: a query may
/// have 8 kB, of zeros in a fraction or of percent-encoding, and nginx takes a head of 8 kB, no more.
struct NextLink: ~Copyable {
    /// The line, or nothing.
    private(set) var line = JSONWriter(capacity: 512)
    private var value = JSONWriter(capacity: 96)

    /// Forgets it.
    mutating func removeAll() {
        line.removeAll()
    }

    /// Writes the line.
    ///
    /// - Parameters:
    ///   - path: the endpoint's, which has nothing to encode.
    ///   - parameters: of this page, each of which the next one has, too, but for the cursor.
    ///   - cursor: the next one's.
    mutating func write(path: String, _ parameters: Parameters, cursor: Cursor) {
        line.raw("Link: <")
        line.raw(path.utf8.span)
        line.raw("?limit=")
        line.integer(Int64(parameters.limit))
        if let from = parameters.from {
            line.raw("&from=")
            append { $0.instant(from) }
        }
        if let to = parameters.to {
            line.raw("&to=")
            append { $0.instant(to) }
        }
        if let userID = parameters.userID {
            line.raw("&user_id=")
            value.removeAll()
            value.uuid(userID)
            value.withBytes { line.raw($0.extracting(1..<$0.byteCount - 1)) }
        }
        line.raw("&cursor=")
        append { cursor.write(to: &$0) }
        line.raw(">; rel=\"next\"\r\n")
    }

    /// Adds a date-time, which is written as a JSON string: without its quotes, and with its two colons encoded, as URLSearchParams does.
    private mutating func append(_ write: (inout JSONWriter) -> Void) {
        value.removeAll()
        write(&value)
        value.withBytes { bytes in
            line.raw(bytes.extracting(1..<14))
            line.raw("%3A")
            line.raw(bytes.extracting(15..<17))
            line.raw("%3A")
            line.raw(bytes.extracting(18..<bytes.byteCount - 1))
        }
    }
}
