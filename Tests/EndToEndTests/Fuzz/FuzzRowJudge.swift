import Support

@testable import FuzzTargets

/// What of a tenant's rows a query asks for: filtered and sorted by the standard library.
struct FuzzRowJudge {
    struct Page: Equatable {
        let ids: [String]
        let next: String?
    }

    let rows: FuzzPlace.Rows
    let values: QueryModel.Values

    private func isWithin(_ session: FuzzPlace.Session) -> Bool {
        session.startedAt >= values.from ?? .min && session.startedAt <= values.to ?? .max
    }

    /// The page of sessions, and the cursor as the contract has it.
    var page: Page {
        var left = rows.sessions.filter { isWithin($0) && (values.userID == nil || number(of: $0.user) == values.userID) }
        if let cursor = values.cursor {
            left = left.filter { $0.startedAt < cursor.before || $0.startedAt == cursor.before && number(of: $0.id) < cursor.id }
        }
        left.sort { ($0.startedAt, $0.id) > ($1.startedAt, $1.id) }
        let page = left.prefix(values.limit)
        guard let last = page.last, left.count > page.count else { return Page(ids: page.map(\.id), next: nil) }
        let isTied = left[page.count].startedAt == last.startedAt
        let next = isTied ? CalendarModel.text(last.startedAt + 1, tail: number(of: last.id)) : CalendarModel.text(last.startedAt)
        return Page(ids: page.map(\.id), next: next)
    }

    /// The summary's figures as they are written: sessions, scored, average, reps.
    ///
    /// - Parameter from: the beginning that the answer states, where the query does not.
    func summary(from stated: String) -> [String] {
        var judge = self
        if values.from == nil, case .moment(let from, _, _, _) = DateTimeModel(Array(stated.utf8.dropFirst().dropLast())) {
            judge = FuzzRowJudge(rows: rows, values: QueryModel.Values(from: from, to: values.to))
        }
        let counted = rows.sessions.filter(judge.isWithin)
        let scored = counted.filter { $0.scorecard != nil }.count
        return ["\(counted.count)", "\(scored)", scored == 0 ? "null" : "80", "\(Set(counted.map(\.user)).count)"]
    }

    private func number(of id: String) -> UInt128 { UUIDModel.value(Array(id.utf8)) ?? 0 }
}

extension FuzzRowJudge.Page {
    init(_ response: Client.Response) {
        ids = JSONText.elements(JSONText.value("data", of: response.text)).map { String(JSONText.value("id", of: $0).dropFirst().dropLast()) }
        next = response.json?["next_cursor"]?.string
    }
}
