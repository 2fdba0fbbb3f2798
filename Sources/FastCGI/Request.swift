import CFCGI
import Glibc
import Waiting

// The target `FastCGI` wraps libfcgi: it reads one request at a time from a connection that it is handed, lends its parameters, and sends records.
// It knows nothing of HTTP beyond the parameters' names, never accepts, never logs, and never waits longer than the deadline it is handed.
// Before it stands nginx; after it, `API`.

/// The parameters that nginx passes (nginx/debrief-fastcgi.conf, nginx/debrief-operator.conf), by their names.
public enum RequestParameter: String, Sendable {
    /// The method, as sent.
    case method = "REQUEST_METHOD"
    /// The request's target as sent: path, and query behind a `?`.
    case uri = "REQUEST_URI"
    /// The value of the `Authorization` field.
    case authorization = "HTTP_AUTHORIZATION"
    /// The value of the `If-None-Match` field.
    case ifNoneMatch = "HTTP_IF_NONE_MATCH"
    /// The value of the `Accept` field; for the operator's pages alone.
    case accept = "HTTP_ACCEPT"
    /// The request's id, also in nginx's log and in the response's `X-Request-Id`.
    case requestID = "REQUEST_ID"
}

/// The FastCGI request that is being answered; one value, used again for each.
///
/// From ``read(from:)`` to ``finish()`` it owns the connection and libfcgi's memory of the request, and lends the parameters.
public struct Request: ~Copyable {
    /// libfcgi keeps pointers into the structure, so it must not move.
    private let handle: UnsafeMutablePointer<FCGX_Request>
    private var records = RecordWriter()

    /// Initialises libfcgi for this process, which installs handlers for SIGPIPE, SIGUSR1 and SIGTERM where there were none: set yours afterwards.
    public init() {
        // The two fail only where the library was built for Windows.
        FCGX_Init()
        handle = .allocate(capacity: 1)
        FCGX_InitRequest(handle, -1, 0)
    }

    deinit {
        FCGX_Free(handle, handle.pointee.ipcFd >= 0 ? 1 : 0)
        handle.deallocate()
    }

    /// Reads the request of a connection, once all of it waits before the gate. Takes the descriptor over, in any case.
    public mutating func read(from descriptor: CInt, through gate: borrowing Gate, until deadline: Deadline) throws(FastCGIError) {
        do throws(FastCGIError) {
            try gate.admit(descriptor, until: deadline)
        } catch {
            close(descriptor)
            throw error
        }
        try read(from: descriptor)
    }

    /// Reads the request that waits in a connection, which must have passed the ``Gate``. Takes the descriptor over, in any case.
    mutating func read(from descriptor: CInt) throws(FastCGIError) {
        handle.pointee.ipcFd = descriptor
        // Otherwise FCGX_Accept_r closes the descriptor before it reads. We close it ourselves, in `finish`.
        handle.pointee.keepConnection = 1
        guard FCGX_Accept_r(handle) == 0 else {
            // libfcgi has closed it, and then found no socket to accept another from.
            handle.pointee.ipcFd = -1
            throw .malformed
        }
        // A body is ignored, but has to be taken: to close on unread bytes resets the connection, response and all.
        withUnsafeTemporaryAllocation(byteCount: 4_096, alignment: 1) { scratch in
            while FCGX_GetStr(scratch.baseAddress, CInt(scratch.count), handle.pointee.in) == CInt(scratch.count) {}
        }
        guard FCGX_GetError(handle.pointee.in) == 0 else {
            finish()
            throw .malformed
        }
    }

    /// Ends the request: its parameters, and the connection. A response that was not sent to its last record is cut by this, so that the peer sees an
    /// error; FCGX_Finish_r would end it as if it were whole.
    public mutating func finish() {
        FCGX_Free(handle, 0)
        close(handle.pointee.ipcFd)
        handle.pointee.ipcFd = -1
    }

    /// The bytes of a parameter; none where it was not sent.
    @_lifetime(borrow self)
    public func value(of parameter: RequestParameter) -> Span<UInt8> {
        guard let start = FCGX_GetParam(parameter.rawValue, handle.pointee.envp) else { return Span() }
        let length = strlen(start)
        let bytes = UnsafeRawPointer(start).assumingMemoryBound(to: UInt8.self)
        return _overrideLifetime(Span(_unsafeStart: bytes, count: length), borrowing: self)
    }
}

extension Request {
    /// A parameter as text, for logs.
    public func text(of parameter: RequestParameter) -> String {
        value(of: parameter).withUnsafeBufferPointer { String(decoding: $0, as: UTF8.self) }
    }

    /// The largest body that leaves in one record.
    public static let largestRecord = RecordWriter.largestContent

    /// Sends a part of the response: the first carries the head (HTTP fields as CGI has them, RFC 3875 §6, to the empty line), the last the end of
    /// the request. Head, body and end leave together in one system call where the body fits one record, which any page does.
    public mutating func send(head: RawSpan, body: RawSpan, isLast: Bool, until deadline: Deadline) throws(FastCGIError) {
        let id = UInt16(truncatingIfNeeded: handle.pointee.requestId)
        records.append(head, request: id)
        var sent = 0
        repeat {
            let part = body.extracting(sent..<min(sent + RecordWriter.largestContent, body.byteCount))
            records.append(part, request: id)
            sent += part.byteCount
            if isLast && sent == body.byteCount { records.appendEnd(request: id) }
            try records.send(to: handle.pointee.ipcFd, until: deadline)
        } while sent < body.byteCount
    }
}
