/// The PostgreSQL types that parameters and columns have here, as the OIDs of `pg_type`. All travel in binary.
public enum PostgresType: UInt32, Sendable {
    /// The bytes as they are.
    case bytea = 17
    /// Eight bytes, big-endian, two's complement.
    case bigint = 20
    /// Four bytes, big-endian, two's complement.
    case integer = 23
    /// The text in the client's encoding, which is UTF-8 on every connection of ours.
    case text = 25
    /// The text of the document as it was written (`jsonb` would have a version byte before it).
    case json = 114
    /// Eight bytes, big-endian: microseconds since 2000-01-01T00:00:00Z.
    case timestamptz = 1184
    /// Any number of fields, each with its type and length before it; see `RawSpan.field(_:_:)`.
    case record = 2249
    /// Sixteen bytes, in the order in which they are written.
    case uuid = 2950
}
