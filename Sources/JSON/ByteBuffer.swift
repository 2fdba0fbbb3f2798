/// Bytes that grow, owned: what an array would be, were it not that each store into an array asks first whether somebody else holds it. A page of 50
/// sessions is a thousand stores.
///
/// Each access is checked against the capacity and traps beyond it. No pointer leaves this file; the values are integers, for which any bit pattern
/// is one. The memory is not cleared: who writes from the beginning on, and lends what he has written, never shows what was there before.
@safe
@usableFromInline
struct ByteBuffer: ~Copyable {
    @usableFromInline
    var start: UnsafeMutableRawPointer

    /// How many bytes there is room for.
    @usableFromInline
    private(set) var capacity: Int

    /// Room for that many bytes; never less than the longest integer takes.
    init(capacity: Int) {
        self.capacity = max(capacity, 16)
        unsafe start = .allocate(byteCount: self.capacity, alignment: 16)
    }

    @inlinable
    deinit { unsafe start.deallocate() }

    /// Overwrites the bytes from `offset` on with those of `value`, in memory order.
    @inlinable
    @inline(__always)
    mutating func store<Value: FixedWidthInteger & BitwiseCopyable>(_ value: Value, at offset: Int) {
        // As unsigned, so that a negative one is too large.
        precondition(UInt(bitPattern: offset) <= UInt(bitPattern: capacity &- MemoryLayout<Value>.size), "bytes beyond the buffer")
        unsafe start.storeBytes(of: value, toByteOffset: offset, as: Value.self)
    }

    /// Overwrites the bytes from `offset` on with `source`.
    @inlinable
    @inline(__always)
    mutating func store(_ source: RawSpan, at offset: Int) {
        precondition(offset >= 0 && source.byteCount <= capacity &- offset, "bytes beyond the buffer")
        // Exclusive access to this: the source cannot be a part of it.
        unsafe source.withUnsafeBytes { source in
            // An empty span may have no address.
            guard let bytes = source.baseAddress else { return }
            unsafe (start + offset).copyMemory(from: bytes, byteCount: source.count)
        }
    }

    /// Makes room for more, and keeps the first `count` bytes.
    mutating func grow(to capacity: Int, keeping count: Int) {
        precondition(count <= min(self.capacity, capacity), "more bytes than there is room for")
        let larger = UnsafeMutableRawPointer.allocate(byteCount: capacity, alignment: 16)
        unsafe larger.copyMemory(from: start, byteCount: count)
        unsafe start.deallocate()
        unsafe start = larger
        self.capacity = capacity
    }

    /// Lends the first `count` bytes, without a copy.
    borrowing func withBytes<Result: ~Copyable, Failure: Error>(
        _ count: Int,
        _ body: (RawSpan) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        precondition(count <= capacity, "more bytes than there is room for")
        return try unsafe body(RawSpan(_unsafeStart: start, byteCount: count))
    }
}
