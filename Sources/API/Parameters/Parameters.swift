import JSON

/// What the query of one request said, each parameter in its own type.
public struct Parameters: Equatable, Sendable {
    /// Rows in a page where the query does not say.
    public static let defaultLimit = 50

    /// The most rows a page may have.
    public static let largestLimit = 100

    /// Days in a period whose beginning the query does not say.
    public static let defaultPeriodDays = 30

    /// Rows in a page, 1 to 100.
    public var limit = defaultLimit

    /// The first moment that counts, or `nil` where none was given. It may be the microsecond after ``Instant/latest``, by rounding.
    public var from: Instant?

    /// The last moment that counts, or `nil` where none was given.
    public var to: Instant?

    /// The user whose rows count, or `nil` for all users.
    public var userID: UUID?

    /// Where the page begins, or `nil` for the first page.
    public var cursor: Cursor?

    /// What an empty query says.
    public init() {}

    /// Reads a query, from left to right, and stops at the first fault.
    ///
    /// - Parameters:
    ///   - query: what is behind the `?`, as it was sent; empty where there is none.
    ///   - allowed: the parameters of the endpoint, 64 at most.
    ///   - scratch: memory to decode into; keep it from request to request, so that none is allocated.
    /// - Throws: ``ParameterError`` for a broken encoding, a name that is not in `allowed`, one that is there twice, and a value that is
    ///   not in the parameter's form; and, when all those are in order, for a `from` after `to`.
    public static func parse(query: Span<UInt8>, allowed: [Parameter], scratch: inout [UInt8]) throws(ParameterError) -> Parameters {
        precondition(allowed.count <= 64, "an endpoint has 64 parameters at most")
        var parameters = Parameters()
        var seen: UInt64 = 0
        var pieces = QueryString()
        while let piece = pieces.next(in: query) {
            let name = query.extracting(piece.name)
            let index = try index(of: name, in: allowed, scratch: &scratch)
            let parameter = allowed[index]

            guard seen & 1 << index == 0 else {
                throw ParameterError(parameter: parameter.name, message: "given more than once")
            }
            seen |= 1 << index

            do {
                try FormDecoding.decode(query.extracting(piece.value), into: &scratch)
            } catch {
                throw ParameterError(parameter: parameter.name, message: error.message)
            }
            try parameter.read(scratch.span, &parameters)
        }
        if let from = parameters.from, let to = parameters.to {
            try checkOrder(from: from, to: to)
        }
        return parameters
    }

    /// Which of `allowed` the encoded `name` names.
    private static func index(of name: Span<UInt8>, in allowed: [Parameter], scratch: inout [UInt8]) throws(ParameterError) -> Int {
        do {
            try FormDecoding.decode(name, into: &scratch)
        } catch {
            throw ParameterError(sentName: name, message: error.message)
        }
        for index in allowed.indices where allowed[index].name.utf8.elementsEqual(scratch) {
            return index
        }
        throw ParameterError(sentName: name, message: "unknown parameter")
    }

    /// Both are whole microseconds, `from` rounded up and `to` down, which is what the answer states and what is searched for: a period
    /// within one microsecond that holds no whole one is refused, too.
    private static func checkOrder(from: Instant, to: Instant) throws(ParameterError) {
        guard from <= to else { throw ParameterError(parameter: "from", message: "from must not be after to") }
    }
}

extension Parameters {
    /// A stretch of time, both ends included, `from` not after `to`.
    public struct Period: Equatable, Sendable {
        /// The first moment.
        public let from: Instant

        /// The last moment.
        public let to: Instant
    }

    /// The period that was asked for: to `now` and from 30 days before its end, where the query does not say otherwise.
    ///
    /// - Throws: ``ParameterError``, naming `from`, where that is after the end, given or not.
    public func period(now: Instant) throws(ParameterError) -> Period {
        let to = to ?? now
        let from = from ?? max(.earliest, to.advanced(byMicroseconds: -Int64(Self.defaultPeriodDays) * 86_400_000_000))
        try Self.checkOrder(from: from, to: to)
        return Period(from: from, to: to)
    }

    /// What the rows of the page come before: the lesser of ``cursor`` and the microsecond after ``to``, or else above all rows.
    ///
    /// One bound, since a second condition on `started_at` beside the comparison of rows makes PostgreSQL read all that lies between.
    public var upperBound: Cursor {
        let end = to.map { Cursor(before: $0.advanced(byMicroseconds: 1), id: .zero) } ?? .beginning
        return min(cursor ?? .beginning, end)
    }

    /// The first `started_at` that counts; `-infinity` where all do.
    public var lowerBound: Instant {
        from ?? .negativeInfinity
    }
}

extension FormDecoding.Failure {
    fileprivate var message: String {
        switch self {
        case .brokenEscape: "broken percent-encoding"
        case .invalidUTF8: "not valid UTF-8"
        }
    }
}
