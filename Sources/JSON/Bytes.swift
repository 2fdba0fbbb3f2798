// Together with ByteBuffer.swift every `unsafe` expression of the target. The standard library of Swift 6.3 has no checked load from a `RawSpan`.
//
// What makes each sound is the same: the range is checked against the span before it is touched, the types are integers, for which any bit pattern is
// a value, and no pointer leaves the expression that made it.

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
