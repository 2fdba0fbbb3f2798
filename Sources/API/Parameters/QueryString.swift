/// Walks through the parameters of a query, as they were sent.
///
///     var pieces = QueryString()
///     while let piece = pieces.next(in: query) { … }
///
/// What is between two `&` is a piece, and empty pieces are passed over. A piece's first `=` ends its name; without one, all of it is the
/// name and the value is empty. This is `application/x-www-form-urlencoded` as the WHATWG's URL standard parses it, section 5.1,
/// but that what is broken is told (``FormDecoding``), not repaired.
public struct QueryString {
    /// Where a parameter lies in the query, still encoded.
    public struct Piece: Equatable, Sendable {
        /// The bytes of the name.
        public let name: Range<Int>

        /// The bytes of the value; empty behind the name where there is no `=`.
        public let value: Range<Int>
    }

    private var position = 0

    /// Begins at the first piece.
    public init() {}

    /// The next piece of `query`, which must be the same each time, or `nil` at the end.
    public mutating func next(in query: Span<UInt8>) -> Piece? {
        while position < query.count, query[position] == UInt8(ascii: "&") {
            position += 1
        }
        guard position < query.count else { return nil }

        let start = position
        var equalsSign: Int?
        while position < query.count, query[position] != UInt8(ascii: "&") {
            if equalsSign == nil, query[position] == UInt8(ascii: "=") {
                equalsSign = position
            }
            position += 1
        }
        guard let equalsSign else { return Piece(name: start..<position, value: position..<position) }
        return Piece(name: start..<equalsSign, value: equalsSign + 1..<position)
    }
}
