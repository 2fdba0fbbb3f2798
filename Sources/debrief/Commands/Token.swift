import API
import Admin
import ArgumentParser
import JSON

/// `debrief token`: who may call the API, and for what.
struct TokenCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "token",
        abstract: "Creates, lists and revokes the tokens that callers of the API send.",
        subcommands: [Create.self, List.self, Revoke.self]
    )

    /// `debrief token create`
    struct Create: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Creates a token and prints it, once.",
            discussion: """
                The token alone goes to standard output, its id and expiry to standard error. The database keeps a hash: what is not saved now \
                cannot be had again.
                """
        )

        @Option(help: "Whose data the token reads, as tenant list shows it.")
        var tenant: UUID

        @Option(help: "What the token is for, in your own words.", transform: readableName)
        var name: String

        @Option(parsing: .upToNextOption, help: ArgumentHelp("What the token may read; one or more.", valueName: "scope"))
        var scope: [Scope]

        @Option(
            help: ArgumentHelp("How long it is valid: a number and s, m, h or d, such as 90d; 365d where not said.", valueName: "duration"),
            transform: Lifetime.seconds(parsing:)
        )
        var expiresIn: Int?

        @Flag(help: "The token never expires.")
        var never = false

        @OptionGroup var settings: SettingsOptions

        func validate() throws {
            if scope.isEmpty { throw ValidationError("--scope wants at least one of \(Scope.allCases.map(\.rawValue).joined(separator: ", "))") }
            if never && expiresIn != nil { throw ValidationError("--never and --expires-in exclude each other") }
        }

        func run() throws {
            var tokens = try Tokens(conninfo: settings.read().adminDatabase)
            let new = try tokens.create(
                tenant: tenant,
                name: name,
                // In the order of the declarations, each once.
                scopes: Scope.allCases.filter(scope.contains),
                lifetimeSeconds: never ? nil : expiresIn ?? Lifetime.usualSeconds
            )
            // First, so that who cannot read the token knows what to revoke.
            StandardFiles.note("token \(new.id), \(new.expiresAt.map { "expires \($0.short)" } ?? "never expires")")
            try StandardFiles.print(new.token.text)
        }
    }

    /// `debrief token list`
    struct List: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Lists the tokens of all tenants, expired and revoked ones included, but never a token itself."
        )

        @OptionGroup var listing: ListingOptions
        @OptionGroup var settings: SettingsOptions

        func run() throws {
            var tokens = try Tokens(conninfo: settings.read().adminDatabase)
            try listing.print(
                tokens.list(),
                columns: ["ID", "TENANT", "NAME", "PREFIX", "SCOPES", "CREATED", "EXPIRES", "REVOKED"],
                cells: { token in
                    [
                        token.id.description, token.tenantID.description, token.name, token.prefix, token.scopes.joined(separator: " "),
                        token.createdAt.short, token.expiresAt?.short ?? "never", token.revokedAt?.short ?? "-",
                    ]
                },
                object: write
            )
        }

        private func write(_ token: TokenRecord, _ writer: inout JSONWriter) {
            writer.raw(#"{"id":"#)
            writer.uuid(token.id)
            writer.raw(#","tenant_id":"#)
            writer.uuid(token.tenantID)
            writer.raw(#","name":"#)
            writer.string(token.name)
            writer.raw(#","prefix":"#)
            writer.string(token.prefix)
            writer.raw(#","scopes":["#)
            for (index, scope) in token.scopes.enumerated() {
                if index > 0 { writer.raw(",") }
                writer.string(scope)
            }
            writer.raw(#"],"created_at":"#)
            writer.instant(token.createdAt)
            writer.raw(#","expires_at":"#)
            writer.instantOrNull(token.expiresAt)
            writer.raw(#","revoked_at":"#)
            writer.instantOrNull(token.revokedAt)
            writer.raw("}")
        }
    }

    /// `debrief token revoke`
    struct Revoke: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Revokes a token, from the next request on.",
            discussion: """
                The token is named by its id. Where only the token itself is known, such as one that was found where it should not be, leave the \
                id out and pass the token on standard input: what is an argument, others on the machine can see.
                """
        )

        @Argument(help: "The id, as token list shows it; without it, or with -, the token is read from standard input.")
        var id = "-"

        @OptionGroup var settings: SettingsOptions

        func validate() throws {
            // In words of our own: the parser's would repeat the argument, which may be a token.
            guard id == "-" || UUID(argument: id) != nil else {
                throw ValidationError("the id has to be a UUID as token list shows it; a token itself is passed on standard input")
            }
        }

        func run() throws {
            var tokens = try Tokens(conninfo: settings.read().adminDatabase)
            let revocation: Revocation
            if let id = UUID(argument: id) {
                revocation = try tokens.revoke(id)
            } else {
                revocation = try tokens.revoke(text: Self.tokenFromStandardInput())
            }
            let time = revocation.revokedAt.short
            try StandardFiles.print(
                revocation.wasRevokedBefore ? "token \(revocation.id) was revoked already, \(time)" : "token \(revocation.id) revoked, \(time)"
            )
        }

        /// The first line, without white space around it.
        private static func tokenFromStandardInput() throws(Refusal) -> String {
            guard let line = readLine() else { throw Refusal("no token on standard input") }
            return String(line.drop(while: \.isWhitespace).prefix { !$0.isWhitespace })
        }
    }
}

/// How long tokens are valid.
private enum Lifetime {
    /// A year: a token that nobody rotates ends on its own.
    static let usualSeconds = 365 * 86_400

    static func seconds(parsing text: String) throws -> Int {
        guard let seconds = DurationText.lifetimeSeconds(parsing: text) else {
            throw ValidationError("a lifetime is a number above 0 and s, m, h or d, such as 90d, and at most 36500d")
        }
        return seconds
    }
}
