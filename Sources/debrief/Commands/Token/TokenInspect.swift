import API
import Admin
import ArgumentParser
import JSON

extension TokenCommand {
    /// `debrief token inspect`
    struct Inspect: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Says what the database knows of a token that is passed on standard input: whose it is, and whether it is live.",
            discussion: """
                Exits with 0 where callers who send the token are let in, and with 1 where it is expired, revoked, unknown, or no token at all. \
                In JSON, "state" is live, expires_soon, expired, revoked, unknown or malformed; the other keys, those of token list, are there where \
                the token is known. The token itself is not repeated.
                """
        )

        @Flag(name: .customLong("json"), help: "Print a JSON object instead of words.")
        var isJSON = false

        @OptionGroup var settings: SettingsOptions

        func run() throws {
            let conninfo = try settings.read().adminDatabase
            let text = try TokenInput.read()
            let record: TokenRecord
            do throws(AdminError) {
                record = try Self.inspect(text, conninfo)
            } catch {
                if isJSON, let state = error.state { try StandardFiles.print(#"{"state":"\#(state)"}"#) }
                throw error
            }
            try StandardFiles.write(isJSON ? record.json : record.table)
            guard record.state.isAccepted else { throw Refusal("token \(record.id) is \(record.state.words)") }
        }

        /// What is malformed is told without asking a database.
        private static func inspect(_ text: String, _ conninfo: ConnectionSetting) throws(AdminError) -> TokenRecord {
            guard Token.isWellFormed(text.utf8.span) else { throw .malformedToken }
            var tokens = try Tokens(conninfo: conninfo)
            return try tokens.inspect(text: text)
        }
    }
}

extension AdminError {
    /// The state of a token that the database does not know.
    fileprivate var state: String? {
        switch self {
        case .malformedToken: "malformed"
        case .unknownTokenText: "unknown"
        default: nil
        }
    }
}

extension TokenRecord {
    fileprivate var json: String {
        var writer = JSONWriter()
        write(to: &writer)
        writer.raw("\n")
        return writer.text
    }

    fileprivate var table: String {
        ListingOptions.table([
            ["ID", id.description], ["STATE", state.words], ["TENANT", tenantID.description], ["NAME", name],
            ["SCOPES", scopes.joined(separator: " ")], ["CREATED", createdAt.short], ["EXPIRES", expiresAt?.short ?? "never"],
            ["REVOKED", revokedAt?.short ?? "-"],
        ])
    }
}
