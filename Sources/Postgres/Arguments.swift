import CPostgres

/// The values of one execution, in binary, in the order of the statement's parameters.
///
/// Made once a connection and filled anew for each request, so that binding costs no allocation. More values or bytes than any statement of ours has
/// is a fault of the code and traps.
public struct Arguments: ~Copyable {
    /// More parameters than any statement has.
    private static let capacity = 8
    /// Room for a SHA-256, a scope's name or a UUID in each place.
    private static let slotSize = 64

    private let bytes: UnsafeMutableRawPointer
    let values: UnsafeMutablePointer<UnsafePointer<CChar>?>
    let lengths: UnsafeMutablePointer<CInt>
    let formats: UnsafeMutablePointer<CInt>
    private(set) var count = 0

    /// No values yet.
    public init() {
        bytes = .allocate(byteCount: Self.capacity * Self.slotSize, alignment: 8)
        values = .allocate(capacity: Self.capacity)
        values.initialize(repeating: nil, count: Self.capacity)
        lengths = .allocate(capacity: Self.capacity)
        lengths.initialize(repeating: 0, count: Self.capacity)
        formats = .allocate(capacity: Self.capacity)
        formats.initialize(repeating: 1, count: Self.capacity)
    }

    deinit {
        bytes.deallocate()
        values.deallocate()
        lengths.deallocate()
        formats.deallocate()
    }

    /// Forgets the values of the last execution.
    public mutating func removeAll() { count = 0 }

    /// A `timestamptz` (microseconds since 2000-01-01T00:00:00Z; the largest and the smallest value are ±infinity) or a `bigint`.
    public mutating func append(_ value: Int64) { append(bigEndian: value.bigEndian) }

    /// An `integer`.
    public mutating func append(_ value: Int32) { append(bigEndian: value.bigEndian) }

    /// A `uuid`.
    public mutating func append(_ value: UInt128) { append(bigEndian: value.bigEndian) }

    /// A `bytea` or a `text` of at most 64 bytes.
    public mutating func append(_ value: Span<UInt8>) {
        value.withUnsafeBytes { append(copying: $0) }
    }

    private mutating func append<T: FixedWidthInteger>(bigEndian value: T) {
        withUnsafeBytes(of: value) { append(copying: $0) }
    }

    private mutating func append(copying source: UnsafeRawBufferPointer) {
        precondition(count < Self.capacity && source.count <= Self.slotSize, "more than an argument may hold")
        let slot = UnsafeMutableRawBufferPointer(start: bytes + count * Self.slotSize, count: Self.slotSize)
        slot.copyMemory(from: source)
        values[count] = UnsafePointer(slot.baseAddress?.assumingMemoryBound(to: CChar.self))
        lengths[count] = CInt(source.count)
        count += 1
    }
}
