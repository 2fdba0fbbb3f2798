import API
import JSON

/// Tokens that are about to expire: their users would be refused from one request to the next.
public enum TokenExpiry {
    /// How long the database may take to let an admin in: a check is to be over at once.
    private static let connectMilliseconds = 2_000
    /// More are counted, not named.
    private static let mostNamed = 20

    /// A warning for each, as a line of `check`.
    ///
    /// - Parameter setting: `DEBRIEF_ADMIN_DATABASE`; where it is not set, nothing is looked at. libpq's own environment may then be the workers',
    ///   who can see no token.
    public static func check(_ setting: ConnectionSetting) -> DeploymentCheck {
        let name = "tokens"
        guard !setting.conninfo.isEmpty else { return DeploymentCheck(name: name, note: "not looked at, since DEBRIEF_ADMIN_DATABASE is not set") }
        do throws(AdminError) {
            return DeploymentCheck(name: name, warnings: try warnings(setting))
        } catch {
            return DeploymentCheck(name: name, note: "not looked at: \(error)")
        }
    }

    private static func warnings(_ setting: ConnectionSetting) throws(AdminError) -> [String] {
        var tokens = try Tokens(conninfo: setting, milliseconds: connectMilliseconds)
        let expiring = try tokens.expiringSoon()
        var warnings = expiring.prefix(mostNamed).map { token in
            let end = token.expiresAt.map { " at \($0)" } ?? ""
            return "\(token.id) (\(readable(token.name)), tenant \(token.tenantID)) expires\(end); debrief token rotate \(token.id)"
        }
        let rest = expiring.count - warnings.count
        if rest > 0 { warnings.append("\(rest) more expire within \(TokenState.daysOfWarning) days; debrief token list") }
        return warnings
    }

    /// A name as it can stand in a line: it was written by others.
    private static func readable(_ name: String) -> String {
        String(String.UnicodeScalarView(name.unicodeScalars.map { $0.properties.generalCategory == .control ? "\u{FFFD}" : $0 }))
    }
}
