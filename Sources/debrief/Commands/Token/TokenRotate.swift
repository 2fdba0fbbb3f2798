import Admin
import ArgumentParser
import JSON

extension TokenCommand {
    /// `debrief token rotate`
    struct Rotate: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Makes a new token in the place of another, which stays valid for a while, and prints the new one, once.",
            discussion: """
                The new one has the tenant, the name and the scopes of the old one, and is valid for 365d unless told otherwise. The old one expires \
                at the end of the overlap, or when it would have anyway, if that is sooner. The token alone goes to standard output, its id and \
                expiry, and the end of the old one, to standard error. What is expired or revoked is refused.
                """
        )

        @Argument(help: "The id of the old one, as token list shows it.")
        var id: String

        @Option(
            help: ArgumentHelp(
                "How long the old one stays valid: a number and s, m, h or d, such as 3d; 0 for not any more; 24h where not said.",
                valueName: "duration"
            ),
            transform: Self.overlapSeconds(parsing:)
        )
        var overlap = 86_400

        @OptionGroup var lifetime: LifetimeOptions
        @OptionGroup var settings: SettingsOptions

        func validate() throws { _ = try TokenInput.id(id) }

        func run() throws {
            let id = try TokenInput.id(id)
            var tokens = try Tokens(conninfo: settings.read().adminDatabase)
            let rotation = try tokens.rotate(id, overlapSeconds: overlap, lifetimeSeconds: lifetime.seconds)
            StandardFiles.note(rotation.new.line)
            StandardFiles.note("token \(id), which it replaces, \(overlap == 0 ? "is expired" : "expires \(rotation.oldExpiresAt.short)")")
            try rotation.new.show()
        }

        private static func overlapSeconds(parsing text: String) throws -> Int {
            if text == "0" || text.count == 2 && text.first == "0" && "smhd".contains(text.suffix(1)) { return 0 }
            guard let seconds = DurationText.lifetimeSeconds(parsing: text) else {
                throw ValidationError("an overlap is 0, or a number and s, m, h or d, such as 24h, and at most 36500d")
            }
            return seconds
        }
    }
}
