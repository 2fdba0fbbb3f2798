import Glibc
import SystemPackage
import Waiting

/// Records of a response that leave in one `sendmsg`: their headers, made here, beside contents that stay where they are.
///
/// Writing through libfcgi would copy into its 8 kB buffer, send as often, and wait without a limit.
struct RecordWriter: ~Copyable {
    /// The largest content of one record, rounded down to a multiple of 8 as the specification advises.
    static let largestContent = 65_528

    private static let stdout: UInt8 = 6
    private static let endRequest: UInt8 = 3
    private static let headerSize = 8

    /// Two records' headers, and the end: an empty STDOUT, END_REQUEST and its 8 bytes of content.
    private let headers = UnsafeMutableRawBufferPointer.allocate(byteCount: 40, alignment: 8)
    private var headerBytes = 0
    /// Two headers with their contents, and the end.
    private let vectors = UnsafeMutableBufferPointer<iovec>.allocate(capacity: 5)
    private var vectorCount = 0

    deinit {
        headers.deallocate()
        vectors.deallocate()
    }

    /// Adds a STDOUT record; none for no content, since an empty one ends the stream. The content has to stay until ``send(to:until:)`` returned.
    mutating func append(_ content: RawSpan, request: UInt16) {
        guard !content.isEmpty else { return }
        append(headerBytes..<appendHeader(Self.stdout, request: request, length: content.byteCount))
        content.withUnsafeBytes { append(UnsafeMutableRawBufferPointer(mutating: $0)) }
    }

    /// Adds the end of the stream and of the request: application status 0, REQUEST_COMPLETE, which are zeros.
    mutating func appendEnd(request: UInt16) {
        let start = headerBytes
        _ = appendHeader(Self.stdout, request: request, length: 0)
        let content = appendHeader(Self.endRequest, request: request, length: 8)
        for index in content..<content + 8 { headers[index] = 0 }
        headerBytes = content + 8
        append(start..<headerBytes)
    }

    /// Writes a record's header behind the last one; returns where it ends.
    private mutating func appendHeader(_ type: UInt8, request: UInt16, length: Int) -> Int {
        precondition(length <= Self.largestContent, "more than fits a record")
        let header: [8 of UInt8] = [
            1, type, UInt8(request >> 8), UInt8(request & 255), UInt8(length >> 8), UInt8(length & 255), 0, 0,
        ]
        for index in header.indices { headers[headerBytes + index] = header[index] }
        headerBytes += Self.headerSize
        return headerBytes
    }

    private mutating func append(_ range: Range<Int>) {
        append(UnsafeMutableRawBufferPointer(rebasing: headers[range]))
    }

    private mutating func append(_ bytes: UnsafeMutableRawBufferPointer) {
        vectors.initializeElement(at: vectorCount, to: iovec(iov_base: bytes.baseAddress, iov_len: bytes.count))
        vectorCount += 1
    }

    /// Sends what was added, in as many calls as the socket needs, and forgets it.
    ///
    /// The C function is `sendmsg`.
    mutating func send(to descriptor: CInt, until deadline: Deadline) throws(FastCGIError) {
        var rest = vectors[..<vectorCount]
        (headerBytes, vectorCount) = (0, 0)
        while !rest.isEmpty {
            var message = msghdr()
            message.msg_iov = UnsafeMutableBufferPointer(rebasing: rest).baseAddress
            message.msg_iovlen = rest.count
            let sent = sendmsg(descriptor, &message, CInt(MSG_DONTWAIT | MSG_NOSIGNAL))
            guard sent >= 0 else {
                guard errno == EAGAIN || errno == EINTR else { throw .system(Errno(rawValue: errno)) }
                guard wait(for: .writable, of: descriptor, until: deadline) else { throw .timedOut }
                continue
            }
            rest.drop(bytes: sent)
        }
    }
}

extension Slice<UnsafeMutableBufferPointer<iovec>> {
    /// Takes away what was sent: whole vectors, and the beginning of the next.
    fileprivate mutating func drop(bytes count: Int) {
        var count = count
        while let first, count >= first.iov_len {
            count -= first.iov_len
            removeFirst()
        }
        guard count > 0, let first else { return }
        self[startIndex] = iovec(iov_base: first.iov_base + count, iov_len: first.iov_len - count)
    }
}
