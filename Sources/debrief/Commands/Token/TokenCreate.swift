import API
import Admin
import ArgumentParser
import JSON

extension TokenCommand {
    /// `debrief token create`
    struct Create: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Creates a token and prints it, once.",
            discussion: """
                The token alone goes to standard output, its id and expiry to standard error. The database keeps a hash: what is not saved now \
                cannot be had again.
                """
        )

        @Option(help: "Whose data the token reads, as tenant list shows it.", transform: tenantID)
        var tenant: UUID

        @Option(help: "What the token is for, in your own words.", transform: readableName)
        var name: String

        @Option(
            name: .customLong("scope"),
            parsing: .upToNextOption,
            help: ArgumentHelp("What the token may read, one or more of \(Self.allScopes).", valueName: "scope"),
            completion: .list(Scope.allCases.map(\.rawValue)),
            transform: scope
        )
        var scopes: [Scope]

        @OptionGroup var lifetime: LifetimeOptions
        @OptionGroup var settings: SettingsOptions

        func validate() throws {
            if scopes.isEmpty { throw ValidationError("--scope wants at least one of \(Self.allScopes)") }
        }

        func run() throws {
            var tokens = try Tokens(conninfo: settings.read().adminDatabase)
            let new = try tokens.create(
                tenant: tenant,
                name: name,
                // In the order of the declarations, each once.
                scopes: Scope.allCases.filter(scopes.contains),
                lifetimeSeconds: lifetime.seconds
            )
            // First, so that who cannot read the token knows what to revoke.
            StandardFiles.note(new.line)
            try new.show()
        }

        private static let allScopes = Scope.allCases.map(\.rawValue).joined(separator: ", ")
    }
}

extension NewToken {
    /// What is said of it beside the token itself.
    var line: String { "token \(id), \(expiresAt.map { "expires \($0.short)" } ?? "never expires")" }

    /// Prints the token itself, once.
    func show() throws(Refusal) {
        do {
            try StandardFiles.print(token.text)
        } catch {
            throw Refusal("\(error.reason): nobody has this token, and it cannot be had again; debrief token revoke \(id), and make another")
        }
    }
}
