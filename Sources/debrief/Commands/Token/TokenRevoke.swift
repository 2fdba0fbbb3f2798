import Admin
import ArgumentParser
import JSON

extension TokenCommand {
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
            if id != "-" { _ = try TokenInput.id(id) }
        }

        func run() throws {
            var tokens = try Tokens(conninfo: settings.read().adminDatabase)
            let revocation: Revocation
            if let id = UUID(argument: id) {
                revocation = try tokens.revoke(id)
            } else {
                revocation = try tokens.revoke(text: TokenInput.read())
            }
            let time = revocation.revokedAt.short
            try StandardFiles.print(
                revocation.wasRevokedBefore ? "token \(revocation.id) was revoked already, \(time)" : "token \(revocation.id) revoked, \(time)"
            )
        }
    }
}
