import JSON

/// The place in the list of sessions where a page begins: after all rows that are not below the pair.
///
/// The list is sorted by `started_at` and then by `id`, both descending; the rows of the page are those for which
/// `(started_at, id) < (before, id)`, as PostgreSQL compares rows.
///
/// As text it is a date-time, and callers treat it as opaque. Where the page's last row and the next one differ in `started_at`, it is the
/// last row's, as the reference shows it, and the pair is that and the lowest id. Where they share the instant T, it is T and a microsecond
/// with 45 digits of fraction: six of microseconds, then the last row's id as a 39-digit decimal number. A client that cuts that to six
/// digits or more sees the rows of T again, but loses none; that is what the added microsecond is for.
public struct Cursor: Hashable, Comparable, Sendable {
    /// The rows before this moment come after the cursor, whatever their id.
    public var before: Instant

    /// Of the rows at that moment, those below this id do, too; none do where it is zero.
    public var id: UUID

    /// The cursor for `(started_at, id) < (before, id)`.
    public init(before: Instant, id: UUID) {
        self.before = before
        self.id = id
    }

    /// Before all rows of the list.
    public static let beginning = Cursor(before: .infinity, id: .max)

    /// The cursor between the last row of a page and the row that follows it.
    ///
    /// - Parameters:
    ///   - startedAt: the last row's.
    ///   - id: the last row's.
    ///   - nextStartedAt: the following row's; it says whether the id matters.
    public init(afterRowAt startedAt: Instant, id: UUID, next nextStartedAt: Instant) {
        self.init(before: startedAt, id: startedAt == nextStartedAt ? id : .zero)
    }

    /// Reads a cursor, from the bytes of a decoded parameter: any date-time that ``RFC3339/parse(_:through:)`` takes.
    ///
    /// - Returns: `nil` for what is no date-time, and for 45 digits whose id is above 2^128 − 1.
    public init?(text: Span<UInt8>) {
        // The last moment there is and a microsecond: written as a leap second, it is the tie form of rows at that moment.
        guard let reading = try? RFC3339.parse(text, through: Instant.latest.advanced(byMicroseconds: 1)) else { return nil }
        guard reading.fractionDigits == RFC3339.digitsWithTail else {
            self.init(before: reading.instant, id: .zero)
            return
        }
        guard let id = reading.tail else { return nil }
        self.init(before: reading.instant.advanced(byMicroseconds: -1), id: UUID(value: id))
    }

    /// Writes the cursor as a JSON string.
    ///
    /// With the id zero it is the plain form: no id is lower, so nothing is left at that moment.
    public func write(to writer: inout JSONWriter) {
        if id == .zero {
            writer.instant(before)
        } else {
            writer.instant(before.advanced(byMicroseconds: 1), tail: id.value)
        }
    }

    /// The text without quotes, for the `Link` header. RFC 3986, section 3.4, allows all its characters in a query.
    public var text: String {
        var writer = JSONWriter(capacity: 128)
        write(to: &writer)
        return String(writer.text.dropFirst().dropLast())
    }

    /// The lesser is further down the list.
    public static func < (left: Cursor, right: Cursor) -> Bool {
        (left.before, left.id) < (right.before, right.id)
    }
}
