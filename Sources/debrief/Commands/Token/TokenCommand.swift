import ArgumentParser
import JSON

/// `debrief token`: who may call the API, and for what.
struct TokenCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "token",
        abstract: "Creates, lists, inspects, rotates and revokes the tokens that callers of the API send.",
        subcommands: [Create.self, List.self, Inspect.self, Rotate.self, Revoke.self]
    )
}

/// A token itself as a command gets it, which is never by an argument: what is one, others on the machine can see.
enum TokenInput {
    /// The first line of standard input, without white space around it.
    static func read() throws(Refusal) -> String {
        guard let line = readLine() else { throw Refusal("no token on standard input") }
        return String(line.drop(while: \.isWhitespace).prefix { !$0.isWhitespace })
    }

    /// The id of an argument, in words of our own where it is none: the parser's would repeat the argument, which may be a token.
    static func id(_ argument: String) throws -> UUID {
        guard let id = UUID(argument: argument) else {
            throw ValidationError("the id has to be a UUID as token list shows it; a token itself is passed on standard input")
        }
        return id
    }
}
