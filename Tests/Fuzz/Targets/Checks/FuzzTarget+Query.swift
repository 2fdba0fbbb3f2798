import API
import JSON

extension FuzzTarget {
    /// The first byte chooses the endpoint, the rest is the query.
    func checkQuery(_ input: [UInt8]) throws(Disagreement) {
        let endpoint = Endpoint.all[Int(input.first ?? 0) % Endpoint.all.count]
        let query = Array(input.dropFirst())
        try checkDecoding(query)
        let found = Self.outcome(of: query, by: endpoint.parameters)
        let expected = QueryModel(query, allowed: endpoint.parameters.map(\.name))
        try agree(found, expected, "the query of \(endpoint.name)")
        if case .values(let values) = expected { try checkPeriod(values) }
    }

    private func checkDecoding(_ query: [UInt8]) throws(Disagreement) {
        // What it held before must not be seen.
        var decoded: [UInt8] = [1, 2, 3]
        let isDecoded = (try? FormDecoding.decode(query.span, into: &decoded)) != nil
        try agree(isDecoded ? decoded : nil, QueryModel.decode(query), "the form decoding")
    }

    private static func outcome(of query: [UInt8], by parameters: [Parameter]) -> QueryModel {
        var scratch: [UInt8] = []
        do {
            let found = try Parameters.parse(query: query.span, allowed: parameters, scratch: &scratch)
            return .values(QueryModel.Values(found))
        } catch {
            return .refused(error.parameter)
        }
    }

    /// A summary's period, now being a moment that lies beside the bounds that were given.
    private func checkPeriod(_ values: QueryModel.Values) throws(Disagreement) {
        var parameters = Parameters()
        parameters.from = values.from.map { Instant(microseconds: $0) }
        parameters.to = values.to.map { Instant(microseconds: $0) }
        for now in [0, (values.from ?? 0) - 1, (values.from ?? 0) + 1] {
            let to = values.to ?? now
            let from = values.from ?? max(CalendarModel.earliest, to - 30 * 86_400_000_000)
            let period = try? parameters.period(now: Instant(microseconds: now))
            try agree(period.map { [$0.from.microseconds, $0.to.microseconds] }, from <= to ? [from, to] : nil, "the period")
            if let period { try checkBounds(period) }
        }
        let bound = parameters.upperBound
        try agree(bound.before.microseconds, values.to.map { $0 + 1 } ?? Int64.max, "the upper bound")
        try agree(parameters.lowerBound.microseconds, values.from ?? Int64.min, "the lower bound")
    }

    /// The whole hours of a period, and the whole days of those.
    private func checkBounds(_ period: Parameters.Period) throws(Disagreement) {
        let (from, end) = (period.from.microseconds, period.to.microseconds + 1)
        let hours = whole(3_600_000_000, from: from, to: end) ?? [from, from]
        let bounds = SummaryBounds(period)
        try agree([bounds.hours.lowerBound, bounds.hours.upperBound], hours, "the hours")
        let days = whole(86_400_000_000, from: hours[0], to: hours[1]) ?? [hours[1], hours[1]]
        try agree([bounds.days.lowerBound, bounds.days.upperBound], days, "the days")
    }

    /// Counted from the first midnight of the year 1, so that nothing is below zero.
    private func whole(_ unit: Int64, from: Int64, to end: Int64) -> [Int64]? {
        let first = (from - CalendarModel.earliest + unit - 1) / unit * unit + CalendarModel.earliest
        let last = (end - CalendarModel.earliest) / unit * unit + CalendarModel.earliest
        return first < last ? [first, last] : nil
    }
}

extension QueryModel.Values {
    fileprivate init(_ parameters: Parameters) {
        limit = parameters.limit
        from = parameters.from?.microseconds
        to = parameters.to?.microseconds
        userID = parameters.userID?.value
        cursor = parameters.cursor.map { CursorModel(before: $0.before.microseconds, id: $0.id.value) }
    }
}
