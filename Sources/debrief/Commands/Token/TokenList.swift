import Admin
import ArgumentParser
import JSON

extension TokenCommand {
    /// `debrief token list`
    struct List: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Lists the tokens of all tenants, expired and revoked ones included, but never a token itself.",
            discussion: "A token that has \(TokenState.daysOfWarning) days left or less expires soon: rotate it."
        )

        @OptionGroup var listing: ListingOptions
        @OptionGroup var settings: SettingsOptions

        func run() throws {
            var tokens = try Tokens(conninfo: settings.read().adminDatabase)
            try listing.print(
                tokens.list(),
                columns: ["ID", "TENANT", "NAME", "PREFIX", "SCOPES", "STATE", "CREATED", "EXPIRES", "REVOKED"],
                cells: { token in
                    [
                        token.id.description, token.tenantID.description, token.name, token.prefix, token.scopes.joined(separator: " "),
                        token.state.words, token.createdAt.short, token.expiresAt?.short ?? "never", token.revokedAt?.short ?? "-",
                    ]
                },
                object: { token, writer in token.write(to: &writer) }
            )
        }
    }
}

extension TokenState {
    /// For people.
    var words: String { self == .expiresSoon ? "expires soon" : rawValue }
}

extension TokenRecord {
    /// Writes it as a JSON object.
    func write(to writer: inout JSONWriter) {
        writer.raw(#"{"id":"#)
        writer.uuid(id)
        writer.raw(#","tenant_id":"#)
        writer.uuid(tenantID)
        writer.raw(#","name":"#)
        writer.string(name)
        writer.raw(#","prefix":"#)
        writer.string(prefix)
        writer.raw(#","scopes":["#)
        for (index, scope) in scopes.enumerated() {
            if index > 0 { writer.raw(",") }
            writer.string(scope)
        }
        writer.raw(#"],"state":"#)
        writer.string(state.rawValue)
        writer.raw(#","created_at":"#)
        writer.instant(createdAt)
        writer.raw(#","expires_at":"#)
        writer.instantOrNull(expiresAt)
        writer.raw(#","revoked_at":"#)
        writer.instantOrNull(revokedAt)
        writer.raw("}")
    }
}
