import Foundation

/// A stream to a Unix socket, or over TCP, for tests that say bytes and read bytes.
public struct Socket: ~Copyable {
    private let descriptor: CInt

    /// Connects, to a path or to an address such as `127.0.0.1:9000`.
    public init(_ address: String) throws {
        let port = address.hasPrefix("127.0.0.1:") ? UInt16(address.dropFirst("127.0.0.1:".count)) : nil
        let descriptor = socket(port == nil ? AF_UNIX : AF_INET, CInt(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        let failed =
            if let port {
                withLoopbackAddress(port: port) { connect(descriptor, $0, $1) }
            } else {
                withUnixAddress(address) { connect(descriptor, $0, $1) }
            }
        guard failed == 0 else {
            let code = errno
            close(descriptor)
            throw POSIXError(POSIXErrorCode(rawValue: code) ?? .EIO)
        }
        self.descriptor = descriptor
    }

    deinit { close(descriptor) }

    /// Sends all of it, unless the peer is gone.
    public func send(_ bytes: [UInt8]) throws {
        var sent = 0
        while sent < bytes.count {
            let count = bytes[sent...].withUnsafeBytes { Glibc.send(descriptor, $0.baseAddress, $0.count, CInt(MSG_NOSIGNAL)) }
            guard count > 0 else { throw POSIXError(POSIXErrorCode(rawValue: errno) ?? .EIO) }
            sent += count
        }
    }

    /// Reads what is there, waiting for the first of it; nothing at the end, nil where nothing came in time or the connection was reset.
    public func receive(seconds: Double = 20) -> [UInt8]? {
        var entry = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        guard poll(&entry, 1, CInt(seconds * 1_000)) == 1 else { return nil }
        var buffer = [UInt8](repeating: 0, count: 65_536)
        let count = recv(descriptor, &buffer, buffer.count, 0)
        return count < 0 ? nil : Array(buffer[..<count])
    }

    /// Reads to the end; what came before a reset or the time's end is returned, too.
    public func receiveAll(seconds: Double = 20) -> [UInt8] {
        var all: [UInt8] = []
        while let more = receive(seconds: seconds), !more.isEmpty { all += more }
        return all
    }

    /// Whether the peer has closed or reset the connection, as far as is known now.
    public var isClosed: Bool {
        var byte: UInt8 = 0
        let count = recv(descriptor, &byte, 1, CInt(MSG_PEEK | MSG_DONTWAIT))
        return count == 0 || count < 0 && errno != EAGAIN
    }

    /// Says that nothing more will come.
    public func finishSending() { shutdown(descriptor, CInt(SHUT_WR)) }
}

/// An HTTP/1.1 client that sends exactly what it is told, a connection a request.
public struct Client: Sendable {
    private let socketPath: String

    /// A client of a server on a Unix socket.
    public init(socket: String) { socketPath = socket }

    /// What came back.
    public struct Response: Sendable {
        /// The status code; 0 where nothing readable came.
        public let status: Int
        /// The fields in their order.
        public let fields: [(name: String, value: String)]
        /// The body, chunks joined.
        public let body: [UInt8]
        /// Whether the body is all that was announced: its length, or its last chunk.
        public let isWhole: Bool

        /// The body as text.
        public var text: String { String(decoding: body, as: UTF8.self) }

        /// The value of a field, whatever its letter case; nil where it was not sent.
        public func field(_ name: String) -> String? { fields.first { $0.name.lowercased() == name.lowercased() }?.value }

        /// The body as JSON; nil where it is none.
        public var json: JSONValue? { JSONValue(parsing: body) }

        /// `error.code` of the body.
        public var errorCode: String? { json?["error"]?["code"]?.string }
    }

    /// Asks for a path below `/api/v1`, such as `sessions?limit=1`.
    public func get(
        _ path: String,
        token: String? = nil,
        method: String = "GET",
        fields: [String] = [],
        seconds: Double = 20
    ) throws -> Response {
        let request = Self.request(path, token: token, method: method, fields: fields)
        return try send(request, isHead: method == "HEAD", seconds: seconds)
    }

    /// Asks, and leaves the response to be read from the socket (``Response/init(parsing:isHead:)``): for what happens between the two.
    public func begin(_ path: String, token: String? = nil) throws -> Socket {
        let socket = try Socket(socketPath)
        try socket.send(Array(Self.request(path, token: token, method: "GET", fields: []).utf8))
        return socket
    }

    private static func request(_ path: String, token: String?, method: String, fields: [String]) -> String {
        let authorization = token.map { ["Authorization: Bearer \($0)"] } ?? []
        let lines = ["\(method) /api/v1/\(path) HTTP/1.1", "Host: debrief.test", "Connection: close"] + authorization + fields
        return lines.joined(separator: "\r\n") + "\r\n\r\n"
    }

    /// Sends text as it is.
    public func send(_ request: String, isHead: Bool = false, seconds: Double = 20) throws -> Response {
        try send(Array(request.utf8), isHead: isHead, seconds: seconds)
    }

    /// Sends bytes as they are, and reads until the server closes. It says that nothing more will come as soon as all that was announced is there,
    /// since nginx waits some seconds for the rest of a body that it refused.
    public func send(_ request: [UInt8], isHead: Bool = false, seconds: Double = 20) throws -> Response {
        let socket = try Socket(socketPath)
        try? socket.send(request)
        var received: [UInt8] = []
        var isFinished = false
        while let more = socket.receive(seconds: seconds), !more.isEmpty {
            received += more
            guard !isFinished, Response.mayBeWhole(received, isHead: isHead) else { continue }
            socket.finishSending()
            isFinished = true
        }
        return .kept(parsing: received, isHead: isHead)
    }
}

extension Socket {
    /// Reads the response that is due, to the end of the connection.
    public func response(seconds: Double = 20) -> Client.Response { .kept(parsing: receiveAll(seconds: seconds), isHead: false) }
}

extension Client.Response {
    /// Reads a response from the bytes of its connection.
    public init(parsing bytes: [UInt8], isHead: Bool) {
        guard let end = bytes.firstRange(of: Array("\r\n\r\n".utf8)) else {
            self.init(status: 0, fields: [], body: bytes, isWhole: false)
            return
        }
        let lines = String(decoding: bytes[..<end.lowerBound], as: UTF8.self).components(separatedBy: "\r\n")
        let status = Int(lines[0].split(separator: " ").dropFirst().first ?? "") ?? 0
        let fields = lines.dropFirst().map { line -> (name: String, value: String) in
            let parts = line.split(separator: ":", maxSplits: 1)
            return (String(parts[0]), parts.count > 1 ? parts[1].trimmingCharacters(in: .whitespaces) : "")
        }
        func field(_ name: String) -> String? { fields.first { $0.name.lowercased() == name }?.value }
        let rest = Array(bytes[end.upperBound...])
        if isHead {
            self.init(status: status, fields: fields, body: rest, isWhole: rest.isEmpty)
        } else if field("transfer-encoding") == "chunked" {
            let (body, isWhole) = Self.join(chunks: rest)
            self.init(status: status, fields: fields, body: body, isWhole: isWhole)
        } else {
            self.init(status: status, fields: fields, body: rest, isWhole: field("content-length") == "\(rest.count)")
        }
    }

    /// Reads a response, and keeps it for the search for secrets where it is an error.
    fileprivate static func kept(parsing bytes: [UInt8], isHead: Bool) -> Self {
        let response = Self(parsing: bytes, isHead: isHead)
        Witness.keep(response, bytes)
        Deployment.lookNowAndThen()
        return response
    }

    /// Whether the bytes may be all of a response; looks at the head and the end alone.
    fileprivate static func mayBeWhole(_ bytes: [UInt8], isHead: Bool) -> Bool {
        guard let end = bytes.firstRange(of: Array("\r\n\r\n".utf8)) else { return false }
        let head = Self(parsing: Array(bytes[..<end.upperBound]), isHead: true)
        if isHead { return true }
        if let length = head.field("Content-Length") { return Int(length) == bytes.count - end.upperBound }
        return head.field("Transfer-Encoding") == "chunked" && bytes.suffix(5) == Array("0\r\n\r\n".utf8)[...]
    }

    private static func join(chunks bytes: [UInt8]) -> (body: [UInt8], isWhole: Bool) {
        var body: [UInt8] = []
        var rest = bytes[...]
        while let lineEnd = rest.firstRange(of: Array("\r\n".utf8)),
            let size = Int(String(decoding: rest[..<lineEnd.lowerBound], as: UTF8.self), radix: 16)
        {
            if size == 0 { return (body, true) }
            let chunk = rest[lineEnd.upperBound...].prefix(size)
            body += chunk
            guard chunk.count == size else { break }
            rest = rest[lineEnd.upperBound...].dropFirst(size + 2)
        }
        return (body, false)
    }
}
