import Admin
import ArgumentParser

/// How long a new token is valid.
struct LifetimeOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp("How long it is valid: a number and s, m, h or d, such as 90d; 365d where not said.", valueName: "duration"),
        transform: Self.seconds(parsing:)
    )
    var expiresIn: Int?

    @Flag(help: "The token never expires.")
    var never = false

    /// A year: a token that nobody rotates ends on its own.
    private static let usualSeconds = 365 * 86_400

    /// nil for ever.
    var seconds: Int? { never ? nil : expiresIn ?? Self.usualSeconds }

    func validate() throws {
        if never && expiresIn != nil { throw ValidationError("--never and --expires-in exclude each other") }
    }

    private static func seconds(parsing text: String) throws -> Int {
        guard let seconds = DurationText.lifetimeSeconds(parsing: text) else {
            throw ValidationError("a lifetime is a number above 0 and s, m, h or d, such as 90d, and at most 36500d")
        }
        return seconds
    }
}
