import Admin
import ArgumentParser
import JSON
import SystemPackage

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
    /// Far more than a token has.
    private static let limit = 4_096

    /// The one word on standard input. Several are refused: who passes two tokens must not think that both were revoked.
    static func read() throws(Refusal) -> String {
        let bytes: [UInt8]
        do throws(Errno) {
            bytes = try standardInput(limit: limit)
        } catch {
            throw Refusal("cannot read standard input: \(error)", "pass the token by <FILE")
        }
        let words = String(decoding: bytes, as: UTF8.self).split(whereSeparator: \.isWhitespace)
        guard let word = words.first else { throw Refusal("no token on standard input", "pass one by <FILE, or its id as an argument to revoke") }
        guard words.count == 1 else { throw Refusal("more than one word on standard input; pass one token at a time") }
        return String(word)
    }

    /// The id of an argument, in words of our own where it is none: the parser's would repeat the argument, which may be a token.
    static func id(_ argument: String) throws -> UUID {
        guard let id = UUID(argument: argument) else {
            throw ValidationError("the id has to be a UUID as token list shows it; a token itself is passed on standard input")
        }
        return id
    }
}
