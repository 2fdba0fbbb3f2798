import JSON
import Postgres

@testable import API

/// What a caller asks for, as a request has it: an endpoint, the id in its path, and its query. Ids, cursors and users are those of either tenant, of
/// both and of none, whoever calls.
struct IsolationCall: Sendable {
    let endpoint: Endpoint
    private let parameters: Parameters
    private let id: JSON.UUID

    /// The summary's `to` where none is given.
    private static let now = Instant(microseconds: 831_600_000_000_000)

    private init(_ endpoint: Endpoint, id: String? = nil, query: String = "") throws {
        self.endpoint = endpoint
        self.id = id.flatMap { JSON.UUID($0) } ?? .zero
        var scratch: [UInt8] = []
        let bytes = Array(query.utf8)
        parameters = try Parameters.parse(query: bytes.span, allowed: endpoint.parameters, scratch: &scratch)
    }

    /// Binds the parameters as a request does; returns the statement that it would run.
    func bind(_ arguments: inout Arguments) throws -> Statement {
        arguments.removeAll()
        return try endpoint.bind(Endpoint.Input(parameters: parameters, id: id, now: Self.now), &arguments)
    }

    /// Every call that is tried.
    static func all() throws -> [IsolationCall] {
        try Endpoint.all.flatMap { endpoint in
            let calls: [IsolationCall] =
                switch endpoint.name {
                case "list_sessions": try sessionQueries().map { try IsolationCall(endpoint, query: $0) }
                case "summarize": try summaryQueries.map { try IsolationCall(endpoint, query: $0) }
                case _ where endpoint.takesID: try ids.map { try IsolationCall(endpoint, id: $0) }
                default: [try IsolationCall(endpoint)]
                }
            return calls
        }
    }

    /// Rows of each tenant, one of both, the tenants themselves, and nobody.
    private static let ids =
        MarkedTenants.Tenant.allCases.flatMap { [MarkedTenants.id(3, of: $0), MarkedTenants.id(6, of: $0), $0.id] } + [
            MarkedTenants.id(1, of: .a), MarkedTenants.id(2, of: .a), "dddddddd-0000-0000-0000-000000000001",
        ]

    private static func sessionQueries() throws -> [String] {
        let cursors = MarkedTenants.Tenant.allCases.flatMap { tenant in
            let startedAt = MarkedTenants.startedAt(4, of: tenant)
            guard let id = JSON.UUID(MarkedTenants.id(4, of: tenant)), let plain = Cursor(text: Array(startedAt.utf8).span) else { return [""] }
            let tie = Cursor(afterRowAt: plain.before, id: id, next: plain.before)
            return ["cursor=\(startedAt)", "cursor=\(tie.text)", "from=\(startedAt)", "to=\(startedAt)"]
        }
        let users = ids.map { "user_id=\($0)" }
        let pairs = cursors.flatMap { cursor in [users[0], users[3], users[6]].map { "\(cursor)&\($0)" } }
        return ["", "limit=2", "limit=100", "from=0001-01-01&to=9999-12-31"] + cursors + cursors.map { "\($0)&limit=1" } + users + pairs
    }

    private static let summaryQueries = [
        "", "from=0001-01-01&to=9999-12-31", "from=2026-05-01&to=2026-05-02",
        // With sessions at either edge; the answer repeats the bounds, so they have no tenant's microseconds.
        "from=2026-05-01T04:00:00.000050Z&to=2026-05-01T08:00:00.000150Z", "from=2026-05-01T05:00:00.000050Z&to=2026-05-01T10:30:00Z",
    ]
}

/// An endpoint's statement, as it is or with every condition taken out, and how it is known on a connection that has both.
struct IsolationStatement: Sendable {
    let statement: Statement
    let shape: Endpoint.Shape
    let scope: Scope
    /// The columns whose values tell whose they are, with their types; and those that are counted.
    let marked: [(column: Int, type: PostgresType)]
    let sums: [Int]

    private init(_ statement: Statement, of endpoint: Endpoint) {
        self.statement = statement
        (shape, scope) = (endpoint.shape, endpoint.scope)
        let columns = statement.columns.enumerated().map { (column: $0.offset, type: $0.element) }
        marked = columns.filter { $0.type != .bigint }
        sums = columns.filter { $0.type == .bigint }.map(\.column)
    }

    /// The statement of that name; the one without conditions where it is to be `stripped`.
    static func named(_ name: String, stripped: Bool) -> IsolationStatement? { byName[stripped ? name + suffix : name] }

    /// Each statement of each endpoint, in both ways.
    static let all: [IsolationStatement] = Endpoint.all.flatMap { endpoint in
        endpoint.statements.flatMap { statement in
            let stripped = Statement(
                name: statement.name + suffix,
                sql: withoutConditions(statement.sql),
                parameters: statement.parameters,
                columns: statement.columns
            )
            return [statement, stripped].map { IsolationStatement($0, of: endpoint) }
        }
    }

    private static let suffix = "_without_conditions"
    private static let byName = Dictionary(uniqueKeysWithValues: all.map { ($0.statement.name, $0) })
}
