/// How the binary values of PostgreSQL become Swift's. Each traps where the length is another than its type's: ``Connection/prepare(_:until:)`` has
/// compared the types, so that is a fault of the code.
extension RawSpan {
    /// A `bigint`, or a `timestamptz` in microseconds since 2000-01-01T00:00:00Z.
    public var int64: Int64 { Int64(bigEndian: load()) }

    /// An `integer`.
    public var int32: Int32 { Int32(bigEndian: load()) }

    /// A `uuid`, its first byte the most significant.
    public var uint128: UInt128 { UInt128(bigEndian: load()) }

    /// A `text`, or a `json` document as it was written.
    public var string: String {
        withUnsafeBytes { String(decoding: $0, as: UTF8.self) }
    }

    private func load<T: FixedWidthInteger & BitwiseCopyable>() -> T {
        precondition(byteCount == MemoryLayout<T>.size, "a value of another length than its type's")
        return unsafeLoadUnaligned(as: T.self)
    }
}
