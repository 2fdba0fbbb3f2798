@testable import API

/// A token: of whom, and what it is good for.
struct IsolationToken {
    let text: [UInt8]
    let tenant: MarkedTenants.Tenant?
    /// A scope that it lacks.
    let excluded: Scope?
    let isLive: Bool

    func isLive(for scope: Scope) -> Bool { isLive && excluded != scope }

    /// Mostly good ones of either tenant, and each kind that is not.
    static let all: [IsolationToken] =
        MarkedTenants.Tenant.allCases.flatMap { tenant in
            func token(_ name: String, isLive: Bool, excluded: Scope? = nil) -> IsolationToken {
                IsolationToken(text: Array("\(name) \(tenant)".utf8), tenant: tenant, excluded: excluded, isLive: isLive)
            }
            let live = Array(repeating: ["live", "for ever"], count: 10).flatMap { $0 }.map { token($0, isLive: true) }
            let dead = ["expired", "revoked", "revoked and expired", "without scopes"].map { token($0, isLive: false) }
            return live + dead + Scope.allCases.map { token("all but \($0.rawValue)", isLive: true, excluded: $0) }
        } + [IsolationToken(text: Array("nobody's".utf8), tenant: nil, excluded: nil, isLive: false)]
}
