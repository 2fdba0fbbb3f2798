/// What is sent as `Authorization`, and what that means.
struct FuzzToken {
    enum Meaning {
        /// Of the tenant with that number, with those scopes.
        case tenant(Int, Set<String>)
        case invalid
        case missing
    }

    /// nil: not sent.
    let field: String?
    let meaning: Meaning
}
