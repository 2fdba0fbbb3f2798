import API
import ArgumentParser
import JSON

// How values of ours are read from a command line.

extension UUID: ExpressibleByArgument {
    /// The UUID of an argument, in the form 8-4-4-4-12.
    public init?(argument: String) { self.init(argument) }
}

extension Scope: ExpressibleByArgument {}

/// A name of a tenant or a token: something that people can read in a table, and that does not rearrange it.
func readableName(_ text: String) throws -> String {
    let isPlain = text.unicodeScalars.allSatisfy {
        ![.control, .format, .lineSeparator, .paragraphSeparator].contains($0.properties.generalCategory)
    }
    guard text.contains(where: { !$0.isWhitespace }), isPlain, text.count <= 200 else {
        throw ValidationError("a name has visible characters, at most 200, and no control characters")
    }
    return text
}
