/// What a token may read. Each endpoint asks for one; `api_tokens.scopes` holds these names.
public enum Scope: String, CaseIterable, Sendable {
    /// Sessions and their transcripts.
    case sessionsRead = "sessions:read"
    /// Scorecards.
    case scorecardsRead = "scorecards:read"
    /// Scenarios.
    case scenariosRead = "scenarios:read"
    /// Users, without their email.
    case usersRead = "users:read"
    /// The summary.
    case analyticsRead = "analytics:read"
}
