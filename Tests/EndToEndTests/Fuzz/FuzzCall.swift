import API

@testable import FuzzTargets

/// A request that was made from the table of endpoints, and what the table says of it.
struct FuzzCall {
    /// What has to come back.
    enum Prediction {
        case data
        case error(Int, String, parameter: String?)
    }

    var method = "GET"
    /// nil where the path is none of an endpoint's.
    var endpoint: Endpoint?
    var path = ""
    /// What stands in the place of `:id`.
    var id = ""
    var query: [UInt8] = []
    var token = FuzzToken(field: nil, meaning: .missing)
    var fields: [String] = []
    /// The id that the response has to have; nil where it is nginx's own.
    var requestID: String?
    /// Whether nginx cannot parse it.
    var isBroken = false

    var target: [UInt8] { Array(path.utf8) + (query.isEmpty ? [] : [UInt8(ascii: "?")] + query) }

    var call: Call {
        Call(target, method: method, fields: fields + (token.field.map { ["Authorization: \($0)"] } ?? []))
    }

    /// What its query says, by the model.
    var values: QueryModel { QueryModel(query, allowed: endpoint?.parameters.map(\.name) ?? []) }

    /// The order in which things are looked at is the published one: syntax, path, method, token, scope, parameters, row.
    func prediction(_ place: FuzzPlace, now: Int64) -> Prediction {
        if isBroken { return .error(400, "bad_request", parameter: nil) }
        if ["TRACE", "CONNECT"].contains(method) { return .error(405, "method_not_allowed", parameter: nil) }
        guard let endpoint else { return .error(404, "not_found", parameter: nil) }
        guard ["GET", "HEAD"].contains(method) else { return .error(405, "method_not_allowed", parameter: nil) }
        switch token.meaning {
        case .missing: return .error(401, "missing_token", parameter: nil)
        case .invalid: return .error(401, "invalid_token", parameter: nil)
        case .tenant(let tenant, let scopes):
            guard scopes.contains(endpoint.scope.rawValue) else { return .error(403, "insufficient_scope", parameter: nil) }
            if case .refused(let name) = values { return .error(400, "invalid_parameter", parameter: name) }
            if endpoint.name == "summarize", case .values(let values) = values, values.to == nil, let from = values.from, from > now {
                return .error(400, "invalid_parameter", parameter: "from")
            }
            guard endpoint.path.hasSuffix(":id") else { return .data }
            return row(of: place.tenants[tenant], for: endpoint) == nil ? .error(404, "not_found", parameter: nil) : .data
        }
    }

    /// The id of the row that the path asks for; nil where the tenant has none.
    func row(of rows: FuzzPlace.Rows, for endpoint: Endpoint) -> String? {
        guard let id = UUIDModel.value(Array(id.utf8)).map({ UUIDModel.text($0) }) else { return nil }
        guard endpoint.name == "get_scorecard" else { return rows.sessions.first { $0.id == id }?.id }
        return rows.sessions.first { $0.scorecard == id || $0.id == id && $0.scorecard != nil }?.scorecard
    }
}
