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

    /// A field of a `record`, counted from 0; nil for NULL. Traps where the record has no such field, or the field is of another type: it is known
    /// here alone, since the type of a record says nothing of its fields.
    ///
    /// On the wire it is the number of fields, and for each the OID of its type, its length in bytes (-1 for NULL) and its value, in 4 bytes each but
    /// for the value: `record_send` of PostgreSQL.
    @_lifetime(copy self)
    public func field(_ index: Int, _ type: PostgresType) -> RawSpan? {
        var position = 4
        for _ in 0..<index { position += 8 + max(0, Int(extracting(position + 4..<position + 8).int32)) }
        precondition(extracting(position..<position + 4).int32 == Int32(type.rawValue), "a field of another type than was asked for")
        let length = Int(extracting(position + 4..<position + 8).int32)
        return length < 0 ? nil : extracting(position + 8..<position + 8 + length)
    }

    private func load<T: FixedWidthInteger & BitwiseCopyable>() -> T {
        precondition(byteCount == MemoryLayout<T>.size, "a value of another length than its type's")
        return unsafeLoadUnaligned(as: T.self)
    }
}
