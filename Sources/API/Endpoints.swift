extension Endpoint {
    /// Every endpoint: the one list.
    public static let all = [
        listSessions,
        getSession,
        getScorecard,
        listScenarios,
        listUsers,
        summarize,
    ]
}
