import API
import ArgumentParser
import JSON

// How values of ours are read from a command line.

extension UUID: ExpressibleByArgument {
    /// The UUID of an argument, in the form 8-4-4-4-12.
    public init?(argument: String) { self.init(text: argument.utf8.span) }
}

extension Scope: ExpressibleByArgument {}

/// A name of a tenant or a token: something that people can read in a table.
struct NameArgument: ExpressibleByArgument {
    let text: String

    init?(argument: String) {
        let isControl = { (scalar: Unicode.Scalar) in scalar.properties.generalCategory == .control }
        guard argument.contains(where: { !$0.isWhitespace }), !argument.unicodeScalars.contains(where: isControl) else { return nil }
        text = argument
    }
}
