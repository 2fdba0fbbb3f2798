import Foundation
import Support

/// An HTTP client that keeps its connection, as most do, and that takes little of the machine: bytes are looked at by C functions.
struct KeptConnection: ~Copyable {
    /// What came back.
    enum Answer {
        /// 200, and the body that was expected.
        case expected
        /// Anything else.
        case other(Client.Response)
        /// The connection ended, or nothing more came for longer than any limit.
        case none(received: Int)
    }

    private let path: String
    private var socket: Socket?
    private static let patienceSeconds = 45.0

    init(_ path: String) { self.path = path }

    /// Sends a request, on a new connection where the server has closed the last one, and reads the answer.
    mutating func ask(_ request: [UInt8], expecting body: [UInt8]) throws -> Answer {
        if socket == nil || socket?.isClosed == true { socket = try Socket(path) }
        try socket?.send(request)
        var received: [UInt8] = []
        while let more = socket?.receive(seconds: Self.patienceSeconds), !more.isEmpty {
            received += more
            guard let head = Head(received), received.count >= head.length + head.bodyLength else { continue }
            if head.isLast { socket = nil }
            if head.isOK && equal(received, from: head.length, to: body) { return .expected }
            return .other(Client.Response(parsing: received, isHead: false))
        }
        socket = nil
        return .none(received: received.count)
    }

    private func equal(_ bytes: [UInt8], from start: Int, to body: [UInt8]) -> Bool {
        guard bytes.count - start == body.count else { return false }
        return bytes.withUnsafeBytes { all in all.baseAddress.map { memcmp($0 + start, body, body.count) == 0 } ?? false }
    }
}

/// What has to be known of a response's head, as nginx writes it: all of them have a length here.
private struct Head {
    /// How long it is, to the body's first byte.
    let length: Int
    let bodyLength: Int
    let isOK: Bool
    /// Whether the server closes the connection after it.
    let isLast: Bool

    /// nil where the head is not whole yet.
    init?(_ bytes: [UInt8]) {
        let text = bytes + [0]
        let head = text.withUnsafeBytes { all -> (Int, Int, Bool, Bool)? in
            guard let start = all.baseAddress?.assumingMemoryBound(to: CChar.self), let end = strstr(start, "\r\n\r\n") else { return nil }
            let bodyLength = strstr(start, "\r\nContent-Length: ").map { Int(strtol($0 + 18, nil, 10)) } ?? 0
            let close = strstr(start, "\r\nConnection: close\r\n")
            return (UnsafePointer(end) - start + 4, bodyLength, strncmp(start, "HTTP/1.1 200 ", 13) == 0, close.map { $0 < end } ?? false)
        }
        guard let head else { return nil }
        (length, bodyLength, isOK, isLast) = head
    }
}
