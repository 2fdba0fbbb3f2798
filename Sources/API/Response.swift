import FastCGI
import JSON
import Waiting

/// The response to one request while it is made: a head, and a body in one buffer that is used again for each.
///
/// A body that fits the buffer is sent whole, with its Content-Length, in one system call. A longer one, of a list, begins to leave as soon as it
/// does not fit; it has no Content-Length and ends with the request's last record, so that one cut short can be told from one that is whole.
struct Response: ~Copyable {
    /// How a request ended, for the status line.
    struct Status {
        let code: Int
        let reason: StaticString

        init(_ code: Int, _ reason: StaticString) {
            self.code = code
            self.reason = reason
        }

        static let ok = Status(200, "OK")
    }

    /// The largest body that is made in memory: what fits one FastCGI record, 64 kB.
    static let largestBody = Request.largestRecord

    /// The body, or what has not been sent of it.
    var body = JSONWriter(capacity: largestBody + 8_192)
    private var head = JSONWriter(capacity: 512)
    /// Whether a part has been sent: from then on nothing can be taken back, retried, or answered otherwise.
    private(set) var hasBegun = false
    /// How much of the body has been sent.
    private(set) var sentBytes = 0
    /// Whether only the head is wanted.
    private var isHead = false

    /// Begins the response to another request.
    mutating func begin(isHead: Bool) {
        self.isHead = isHead
        hasBegun = false
        sentBytes = 0
        head.removeAll()
        body.removeAll()
    }

    /// Forgets a body of which nothing was sent, to make another.
    mutating func restart() {
        precondition(!hasBegun, "a response that has begun cannot be made anew")
        body.removeAll()
    }

    /// Sends what there is of a list where it is more than may be held.
    ///
    /// - Returns: false where the client has got all that it will: the head of a HEAD's response.
    mutating func overflow(to request: inout Request, until deadline: Deadline) throws(FastCGIError) -> Bool {
        guard body.count > Self.largestBody else { return true }
        try send(to: &request, isLast: isHead, until: deadline)
        return !isHead
    }

    /// Ends a successful response.
    mutating func end(to request: inout Request, until deadline: Deadline) throws(FastCGIError) {
        try send(to: &request, isLast: true, until: deadline)
    }

    /// Answers with an error instead.
    mutating func end(with error: APIError, to request: inout Request, until deadline: Deadline) throws(FastCGIError) {
        restart()
        writeError(error, requestID: request.value(of: .requestID))
        beginHead(error.code.status)
        head.raw(error.code.fields)
        if let scope = error.scope {
            head.raw(#"WWW-Authenticate: Bearer realm="debrief", error="insufficient_scope", scope=""#)
            head.raw(scope.rawValue.utf8.span)
            head.raw("\"\r\n")
        }
        try send(to: &request, isLast: true, until: deadline)
    }

    /// Sends the head where that has not been done, and the body as far as it is there, in one system call.
    private mutating func send(to request: inout Request, isLast: Bool, until deadline: Deadline) throws(FastCGIError) {
        let isFirst = !hasBegun
        if isFirst {
            if head.count == 0 { beginHead(.ok) }
            if isLast && body.count <= Self.largestBody {
                head.raw("Content-Length: ")
                head.integer(Int64(body.count))
                head.raw("\r\n")
            }
            head.raw("\r\n")
        }
        hasBegun = true
        let isHead = isHead
        try head.withBytes { head throws(FastCGIError) in
            try body.withBytes { body throws(FastCGIError) in
                try request.send(head: head, body: isHead ? body.extracting(0..<0) : body, isLast: isLast, until: deadline)
            }
        }
        if !isHead { sentBytes += body.count }
        head.removeAll()
        body.removeAll()
    }

    /// The fields that each response has beside these come from nginx (nginx/debrief-headers.conf): they are the same for its own errors.
    private mutating func beginHead(_ status: Status) {
        head.removeAll()
        head.raw("Status: ")
        head.integer(Int64(status.code))
        head.raw(" ")
        head.raw(status.reason)
        head.raw("\r\nContent-Type: application/json\r\n")
    }

    private mutating func writeError(_ error: APIError, requestID: Span<UInt8>) {
        body.raw(#"{"ok":false,"error":{"code":"#)
        body.string(error.code.rawValue)
        body.raw(#","message":"#)
        body.string(error.message)
        if let parameter = error.parameter {
            body.raw(#","parameter":"#)
            body.string(parameter)
        }
        body.raw(##","docs":"/docs#"##)
        body.raw(error.code.rawValue.utf8.span)
        body.raw(#""},"request_id":"#)
        body.string(requestID)
        body.raw("}")
    }
}
