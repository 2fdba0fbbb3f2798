import JSON
import Postgres
import Support
import Waiting

@testable import API

/// A connection that asks for summaries as a worker does, and counts the same from the rows.
struct SummaryReader: ~Copyable {
    private var connection: Connection
    private let deadline = Deadline.after(milliseconds: 60_000)

    init(_ database: Support.Database) throws {
        var connection = try database.connect(user: "debrief_api")
        try connection.prepare(Endpoint.summarize.statements, until: deadline)
        self.connection = connection
    }

    /// Sessions, scored, average and reps of a period, in one snapshot: as the endpoint's statement has them, and as the rows have them.
    /// `nil` is null.
    mutating func read(tenant: String, from: String, to: String) throws -> (answered: [Int64?], counted: [Int64?]) {
        let query = Array("from=\(from)&to=\(to)".utf8)
        var scratch: [UInt8] = []
        let parameters = try Parameters.parse(query: query.span, allowed: [.periodFrom, .periodTo], scratch: &scratch)
        var arguments = Arguments()
        let input = Endpoint.Input(parameters: parameters, id: .zero, now: .latest)
        let statement = try Endpoint.summarize.bind(input, &arguments)

        try connection.execute(script: "begin isolation level repeatable read", until: deadline)
        _ = try connection.query("select set_config('debrief.tenant', $1, true)", [tenant], until: deadline)
        let counted = try connection.query(Self.count, [from, to], until: deadline)
        try connection.send(statement, arguments)
        try connection.sync()
        let result = try connection.receive(until: deadline)
        let answered = (2..<6).map { result.value(row: 0, column: $0)?.int64 }
        try connection.drain(until: deadline)
        try connection.execute(script: "commit", until: deadline)
        return (answered, counted[0].map { $0.flatMap(Int64.init) })
    }

    private static let count = """
        select count(*), count(*) filter (where s.status = 'scored'),
            floor(avg(c.overall_score) filter (where s.status = 'scored') + 0.5)::bigint, count(distinct s.user_id)
        from sessions s left join scorecards c on c.session_id = s.id
        where s.started_at between $1::timestamptz and $2::timestamptz
        """
}
