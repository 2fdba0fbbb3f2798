import API
import ArgumentParser
import JSON

// How values of ours are read from a command line.

extension UUID: ExpressibleByArgument {
    /// The UUID of an argument, in the form 8-4-4-4-12.
    public init?(argument: String) { self.init(argument) }
}

extension Scope: ExpressibleByArgument {}

/// A name of a tenant or a token: something that people can read in a table.
func readableName(_ text: String) throws -> String {
    let hasControls = text.unicodeScalars.contains { $0.properties.generalCategory == .control }
    guard text.contains(where: { !$0.isWhitespace }), !hasControls else {
        throw ValidationError("a name has visible characters, and no control characters")
    }
    return text
}
