/// Writes JSON (RFC 8259) into one buffer that is used again from response to response.
///
///     writer.raw(#"{"id":"#)
///     writer.uuid(row.bytes(0))
///     writer.raw(#","started_at":"#)
///     writer.instant(startedAt)
///     writer.raw("}")
///
/// It writes values and what it is told between them; commas, keys and braces are the caller's, who has them as literals.
/// Nothing is allocated while what is written fits into what the buffer has grown to.
public struct JSONWriter: ~Copyable {
    /// The bytes before `end` are written, the rest is room.
    @usableFromInline
    var storage: ByteBuffer

    /// Where the next byte goes.
    @usableFromInline
    var end = 0

    /// The day whose date ``lastDate`` is, in days since the earliest; none to begin with.
    var lastDay = UInt64.max

    /// `"2026-05` in memory order, and `-06T` as the lower half of a word.
    var lastDate: (yearAndMonth: UInt64, day: UInt64) = (0, 0)

    private let initialCapacity: Int

    /// A buffer that grew beyond this is given back: one huge document must not stay in each worker's memory.
    static let largestKeptCapacity = 1 << 20

    /// An empty writer.
    ///
    /// - Parameter capacity: bytes to begin with, and to go back to after an unusually long text. 64 KiB hold a page of 50 sessions
    ///   four times over, and are what a response may have to be sent whole.
    public init(capacity: Int = 65_536) {
        initialCapacity = capacity
        storage = ByteBuffer(capacity: capacity)
    }

    /// The number of bytes written since the beginning or since ``removeAll()``.
    public var count: Int {
        end
    }

    /// Forgets what was written. The buffer is kept, unless it grew beyond 1 MiB.
    public mutating func removeAll() {
        end = 0
        if storage.capacity > Self.largestKeptCapacity {
            storage = ByteBuffer(capacity: initialCapacity)
        }
    }

    /// Lends the bytes written so far, without a copy.
    public func withBytes<Result: ~Copyable, Failure: Error>(_ body: (RawSpan) throws(Failure) -> Result) throws(Failure) -> Result {
        try storage.withBytes(end, body)
    }

    /// A copy of what was written. For tests and command lines: bytes that are not UTF-8 come as U+FFFD.
    public var text: String {
        withBytes { bytes in String(decoding: (0..<bytes.byteCount).map { bytes.byte(at: $0) }, as: UTF8.self) }
    }

    /// Writes `text` as it is, such as a key with what is around it: `,"ended_at":`.
    @inlinable
    public mutating func raw(_ text: StaticString) {
        reserve(text.utf8CodeUnitCount)
        text.withBytes { append($0) }
    }

    /// Writes `bytes` as they are.
    public mutating func raw(_ bytes: RawSpan) {
        reserve(bytes.byteCount)
        append(bytes)
    }

    /// Writes `bytes` as they are.
    public mutating func raw(_ bytes: Span<UInt8>) {
        reserve(bytes.count)
        bytes.withRawBytes { append($0) }
    }

    /// Writes the first `count` bytes of `words`, in memory order: short text that is written often, such as a key, without the call that a copy of
    /// bytes is.
    ///
    /// - Parameter words: as many as hold that many bytes, or more.
    @inlinable
    public mutating func raw(_ words: Span<UInt64>, count: Int) {
        reserve(8 &* words.count)
        let start = end
        for index in words.indices { storage.store(words[index], at: start &+ 8 &* index) }
        precondition(count <= 8 &* words.count, "more bytes than there are")
        end = start &+ count
    }

    /// Copies `bytes` into room that is reserved already.
    @inlinable
    @inline(__always)
    mutating func append(_ bytes: RawSpan) {
        storage.store(bytes, at: end)
        end &+= bytes.byteCount
    }

    /// Makes room for `additional` bytes behind `end`.
    @inlinable
    @inline(__always)
    mutating func reserve(_ additional: Int) {
        if storage.capacity &- end < additional {
            grow(by: additional)
        }
    }

    /// Doubles, so that a text of n bytes is copied at most n times over in all; or more where that is too little.
    @usableFromInline
    @inline(never)
    mutating func grow(by additional: Int) {
        storage.grow(to: max(2 * storage.capacity, end + additional), keeping: end)
    }
}
