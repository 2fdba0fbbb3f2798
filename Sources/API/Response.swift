import FastCGI
import JSON
import Waiting

/// The response to one request while it is made: a head, and a body in one buffer that is used again for each.
///
/// A body that fits the buffer is sent whole, with its Content-Length and its ETag, in one system call; or not at all, where the client has it. A longer
/// one, of a list, begins to leave as soon as it does not fit; it has neither and ends with the request's last record, so that one cut short can be told
/// from one that is whole.
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
        static let notModified = Status(304, "Not Modified")
    }

    /// The largest body that is made in memory: what fits one FastCGI record, 64 kB.
    static let largestBody = Request.largestRecord

    /// The body, or what has not been sent of it.
    var body = JSONWriter(capacity: largestBody + 8_192)
    /// Where the next page is, of a page that is not the last.
    var next = NextLink()
    private var head = JSONWriter(capacity: 1_024)
    /// The status that was sent last.
    private(set) var status = Status.ok
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
        next.removeAll()
    }

    /// Forgets a body of which nothing was sent, to make another.
    mutating func restart() {
        precondition(!hasBegun, "a response that has begun cannot be made anew")
        body.removeAll()
        next.removeAll()
    }

    /// Sends what there is of a list where it is more than may be held.
    ///
    /// - Returns: false where the client has got all that it will: the head of a HEAD's response, or that it has what it wants.
    mutating func overflow(to request: inout Request, until deadline: Deadline) throws(FastCGIError) -> Bool {
        guard body.count > Self.largestBody else { return true }
        let isLast = isHead || !hasBegun && IfNoneMatch.isAny(request.value(of: .ifNoneMatch))
        try isLast ? end(to: &request, until: deadline) : send(to: &request, isLast: false, until: deadline)
        return !isLast
    }

    /// Ends a successful response: with the body, or with 304 where the client has named its tag.
    mutating func end(to request: inout Request, until deadline: Deadline) throws(FastCGIError) {
        if !hasBegun { beginSuccess(request.value(of: .ifNoneMatch)) }
        try send(to: &request, isLast: true, until: deadline)
    }

    private mutating func beginSuccess(_ ifNoneMatch: Span<UInt8>) {
        guard body.count <= Self.largestBody else {
            return IfNoneMatch.isAny(ifNoneMatch) ? beginNotModified() : beginHead(.ok)
        }
        let tag = body.withBytes { ETag(of: $0) }
        let match = IfNoneMatch.match(ifNoneMatch, tag)
        if match == .none {
            beginHead(.ok)
            addLength()
            next.line.withBytes { head.raw($0) }
        } else {
            beginNotModified()
        }
        tag.write(to: &head, isWeak: match == .weak)
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
        addLength()
        try send(to: &request, isLast: true, until: deadline)
    }

    /// Sends the head where that has not been done, and the body as far as it is there, in one system call.
    private mutating func send(to request: inout Request, isLast: Bool, until deadline: Deadline) throws(FastCGIError) {
        let isFirst = !hasBegun
        if isFirst {
            if head.count == 0 { beginHead(.ok) }
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
        beginStatus(status)
        head.raw("Content-Type: application/json\r\n")
    }

    /// Without a body, and without what would describe one.
    private mutating func beginNotModified() {
        body.removeAll()
        beginStatus(.notModified)
    }

    private mutating func beginStatus(_ status: Status) {
        self.status = status
        head.removeAll()
        head.raw("Status: ")
        head.integer(Int64(status.code))
        head.raw(" ")
        head.raw(status.reason)
        head.raw("\r\n")
    }

    private mutating func addLength() {
        head.raw("Content-Length: ")
        head.integer(Int64(body.count))
        head.raw("\r\n")
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
