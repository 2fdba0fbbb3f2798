/// A statement's text with every condition taken out: `where …` and `on …` become `where true` and `on true`, at every depth, as if somebody had
/// forgotten them all, a `limit 1` at the end with them. A sub-select, which can have one row only, gets a limit in their place.
func withoutConditions(_ sql: String) -> String {
    var stripped: [Substring] = []
    /// What each open parenthesis has seen: whether it holds a select, and whether that has a limit.
    var scopes: [(isSelect: Bool, hasLimit: Bool)] = [(false, true)]
    /// The depth of the parentheses within a condition that is left out; nil outside of one.
    var skipping: Int?
    for token in tokens(of: sql) {
        if let depth = skipping {
            let ends = depth == 0 && (token == ")" || clauses.contains(token))
            guard ends else {
                skipping = depth + (token == "(" ? 1 : token == ")" ? -1 : 0)
                continue
            }
            skipping = nil
        }
        switch token {
        case "(": scopes.append((false, false))
        case "select": scopes[scopes.count - 1].isSelect = true
        case "limit": scopes[scopes.count - 1].hasLimit = true
        case ")":
            let scope = scopes.removeLast()
            if scope.isSelect && !scope.hasLimit { stripped += ["limit", "1"] }
        default: break
        }
        stripped.append(token)
        if token == "where" || token == "on" {
            stripped.append("true")
            skipping = 0
        }
    }
    // The one row of several would be any of them.
    if stripped.suffix(2) == ["limit", "1"] { stripped.removeLast(2) }
    return stripped.joined(separator: " ")
}

/// What ends a condition, beside the parenthesis around it.
private let clauses: Set<Substring> = ["where", "group", "order", "limit", "left", "join", "union"]

/// Words, parentheses and commas.
private func tokens(of sql: String) -> [Substring] {
    sql.replacing("(", with: " ( ").replacing(")", with: " ) ").replacing(",", with: " , ").split(whereSeparator: \.isWhitespace)
}
