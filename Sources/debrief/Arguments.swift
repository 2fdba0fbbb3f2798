import API
import Admin
import ArgumentParser
import JSON

// How values of ours are read from a command line.

extension UUID: ExpressibleByArgument {
    /// The UUID of an argument, in the form 8-4-4-4-12.
    public init?(argument: String) { self.init(argument) }
}

/// The id of a tenant.
func tenantID(_ text: String) throws -> UUID {
    guard let id = UUID(text) else { throw ValidationError("a tenant's id is a UUID; debrief tenant list shows it") }
    return id
}

/// A scope, by its name.
func scope(_ text: String) throws -> Scope {
    guard let scope = Scope(rawValue: text) else {
        let all = Scope.allCases.map(\.rawValue)
        guard !text.contains(",") else {
            throw ValidationError("several scopes are named one by one, as in \(all.prefix(2).map { "--scope \($0)" }.joined(separator: " "))")
        }
        let advice = NearestWord.advice(text, among: all, otherwise: "there are \(all.joined(separator: ", "))")
        throw ValidationError("there is no such scope; \(advice)")
    }
    return scope
}

/// A name of a tenant or a token: something that people can read in a table, and that does not rearrange it.
func readableName(_ text: String) throws -> String {
    let isPlain = text.unicodeScalars.allSatisfy {
        ![.control, .format, .lineSeparator, .paragraphSeparator].contains($0.properties.generalCategory)
    }
    guard !text.contains(/debrief_[0-9A-Za-z]{46}/) else {
        throw ValidationError("a token is no name, which every list shows: revoke it, since it was an argument")
    }
    guard text.contains(where: { !$0.isWhitespace }), isPlain, text.count <= 200 else {
        throw ValidationError("a name has visible characters, at most 200, and no control characters")
    }
    return text
}
