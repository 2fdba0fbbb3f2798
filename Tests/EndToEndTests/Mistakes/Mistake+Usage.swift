import Support

extension Mistake {
    private static let tenant = "00000000-0000-0000-0000-000000000001"
    /// Of the right form, and nobody's: the README's.
    private static let token = "debrief_0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcd0ywJb8"

    /// Arguments that make no sense. None gets as far as a database.
    static let usage: [Mistake] = [
        Mistake("a misspelt command", status: 64, tried: "srve", came: "Unexpected argument", next: "did you mean serve?") { try debrief("srve") },
        Mistake("a misspelt command of a family", status: 64, tried: "--name", came: "there is no creat", next: "did you mean create?") {
            try debrief("token", "creat", "--name", "x")
        },
        Mistake("a word that is no command at all", status: 64, tried: "frobnicate", came: "Unexpected argument", next: "See 'debrief --help'") {
            try debrief("frobnicate")
        },
        Mistake("a misspelt option", status: 64, tried: "--josn", came: "Unknown option", next: "Did you mean '--json'?") {
            try debrief("status", "--josn")
        },
        Mistake("a misspelt option that has to be there", status: 64, tried: "there is no --nmae", came: "Missing", next: "did you mean --name?") {
            try debrief("tenant", "create", "--nmae", "Acme")
        },
        Mistake("an option without its value", status: 64, tried: "'--name <name>'", came: "Missing value", next: "Usage: debrief tenant create") {
            try debrief("tenant", "create", "--name")
        },
        Mistake(
            "a misspelt scope",
            status: 64,
            tried: "'sessions:raed'",
            came: "there is no such scope",
            next: "did you mean sessions:read?"
        ) {
            try debrief("token", "create", "--tenant", tenant, "--name", "x", "--scope", "sessions:raed")
        },
        Mistake("half a scope", status: 64, tried: "'users'", came: "there is no such scope", next: "did you mean users:read?") {
            try debrief("token", "create", "--tenant", tenant, "--name", "x", "--scope", "users")
        },
        Mistake(
            "two scopes in one",
            status: 64,
            tried: "'users:read,sessions:read'",
            came: "several scopes are named one by one",
            next: "as in --scope sessions:read --scope"
        ) {
            try debrief("token", "create", "--tenant", tenant, "--name", "x", "--scope", "users:read,sessions:read")
        },
        Mistake(
            "a scope that is like none",
            status: 64,
            tried: "'everything'",
            came: "there is no such scope",
            next: "there are sessions:read, scorecards:read, scenarios:read, users:read, analytics:read"
        ) {
            try debrief("token", "create", "--tenant", tenant, "--name", "x", "--scope", "everything")
        },
        Mistake("a tenant by its name", status: 64, tried: "'Acme'", came: "a tenant's id is a UUID", next: "debrief tenant list") {
            try debrief("token", "create", "--tenant", "Acme", "--name", "x", "--scope", "users:read")
        },
        Mistake("a lifetime without a unit", status: 64, tried: "'90'", came: "a lifetime is a number above 0 and s, m, h or d", next: "such as 90d")
        {
            try debrief("token", "create", "--tenant", tenant, "--name", "x", "--scope", "users:read", "--expires-in", "90")
        },
        Mistake("a token as the id to revoke", status: 64, tried: "the id", came: "has to be a UUID", next: "passed on standard input") {
            try debrief("token", "revoke", token)
        },
        Mistake("a token as an argument anywhere", status: 64, tried: "debrief_…", came: "is never an argument", next: "revoke it") {
            try debrief("token", "inspect", token)
        },
        Mistake("no workers at all", status: 64, tried: "'0'", came: "is invalid", next: "wanted is a whole number from 1 to 1024") {
            try debrief("scale", "0")
        },
        Mistake("no token where one is read", status: 1, tried: "standard input", came: "no token", next: "<FILE") {
            try debrief("token", "inspect", input: "\n")
        },
        Mistake("half a token", status: 1, tried: "that", came: "is no token", next: "pass the whole of it") {
            try debrief("token", "inspect", input: String(token.dropLast(3)))
        },
    ]
}
