// Every `unsafe` expression of the target. The standard library of Swift 6.3 has no bulk copy into an array and no checked
// load from a `RawSpan`; appending byte by byte took 28 µs for a page of 51 sessions, where this takes 9.5.
//
// What makes each sound is the same: the range is checked against the span or the array before it is touched, the types
// are integers, for which any bit pattern is a value, and no pointer leaves the expression that made it.

extension RawSpan {
    /// The byte at `offset`. Traps outside the span.
    @inline(__always)
    func byte(at offset: Int) -> UInt8 {
        // Checks the range itself; a byte has no alignment.
        unsafe unsafeLoad(fromByteOffset: offset, as: UInt8.self)
    }

    /// The eight bytes from `offset` on; the first is the lowest. Traps where they do not lie in the span.
    @inline(__always)
    func littleEndianWord(at offset: Int) -> UInt64 {
        // Checks the range itself; the load is unaligned.
        unsafe UInt64(littleEndian: unsafeLoadUnaligned(fromByteOffset: offset, as: UInt64.self))
    }
}

extension [UInt8] {
    /// Lends the elements as raw bytes to be written to; each store is checked. Many stores through one loan: to make sure that nobody else holds the
    /// array costs as much as three of them.
    @inlinable
    @inline(__always)
    mutating func withMutableBytes(_ body: (inout MutableRawSpan) -> Void) {
        var elements = mutableSpan
        // `unsafe` to see elements as bytes only where not every byte is an element.
        var bytes = unsafe elements.mutableBytes
        body(&bytes)
    }

    /// Overwrites the bytes from `offset` on with those of `value`, in memory order. Traps where they do not fit.
    @inlinable
    @inline(__always)
    mutating func overwrite(at offset: Int, with value: some FixedWidthInteger & BitwiseCopyable) {
        withMutableBytes { $0.store(value, at: offset) }
    }

    /// Overwrites the bytes from `offset` on with `source`. Traps where they do not fit.
    @inlinable
    @inline(__always)
    mutating func overwrite(at offset: Int, with source: RawSpan) {
        precondition(offset >= 0 && source.byteCount <= count - offset, "bytes beyond the buffer")
        // An empty span may have no address.
        guard !source.isEmpty else { return }
        unsafe source.withUnsafeBytes { source in
            unsafe withUnsafeMutableBytes { buffer in
                // Exclusive access to the array: the source cannot be a part of it. Both lie in the range checked above.
                unsafe UnsafeMutableRawBufferPointer(rebasing: buffer[offset...]).copyMemory(from: source)
            }
        }
    }
}

extension MutableRawSpan {
    /// Overwrites the bytes from `offset` on with those of `value`, in memory order. Traps where they do not fit.
    @inlinable
    @inline(__always)
    mutating func store<Value: FixedWidthInteger & BitwiseCopyable>(_ value: Value, at offset: Int) {
        storeBytes(of: value, toByteOffset: offset, as: Value.self)
    }
}

extension StaticString {
    /// Lends the text's UTF-8, without a copy: a literal lies in the executable.
    @inlinable
    @inline(__always)
    func withBytes(_ body: (RawSpan) -> Void) {
        withUTF8Buffer { buffer in
            // Lent only while `body` runs; the literal outlives it.
            unsafe body(RawSpan(_unsafeElements: buffer))
        }
    }
}

extension Span<UInt8> {
    /// Lends the elements as raw bytes.
    @inlinable
    @inline(__always)
    func withRawBytes<Result: ~Copyable, Failure: Error>(_ body: (RawSpan) throws(Failure) -> Result) throws(Failure) -> Result {
        // The same memory under the same lifetime; a byte seen as a raw byte hides nothing.
        try unsafe body(bytes)
    }
}
