import Admin
import ArgumentParser

/// What is said of a command line that makes no sense: what is wrong and what may have been meant, how it would be right, and where there is more.
enum WrongUsage {
    /// The three lines, without the end of the last.
    ///
    /// The parser's own message has the help of the argument as well. It names an option that is not one only where nothing else is missing, and
    /// guesses none but options. And it repeats an argument that it did not expect, which may be a token that somebody has put in the wrong place.
    ///
    /// - Parameter arguments: without the name of the program.
    static func text(_ message: String, arguments: [String]) -> String {
        let lines = message.split(separator: "\n").map(String.init)
        var error = lines.first ?? ""
        if !error.contains("Did you mean"), let guess = guess(arguments[...], error) { error += guess }
        if error.contains(/debrief_[0-9A-Za-z]{46}/) { error += "; a token is never an argument, which others can see: revoke it" }
        let usage = lines.dropFirst().drop { !$0.hasPrefix("Usage:") }
        return ([error] + usage).joined(separator: "\n").replacing(/debrief_[0-9A-Za-z]+/, with: "debrief_…")
    }

    /// The first word that the command does not know, where it is near one that it does.
    private static func guess(_ arguments: ArraySlice<String>, _ error: String) -> String? {
        var command: any ParsableCommand.Type = Debrief.self
        var rest = arguments
        while let next = command.configuration.subcommands.first(where: { $0._commandName == rest.first }) {
            command = next
            rest = rest.dropFirst()
        }
        let subcommands = command.configuration.subcommands.map { $0._commandName }
        if let word = rest.first, !word.hasPrefix("-"), !subcommands.isEmpty {
            return NearestWord.to(word, among: subcommands).map {
                (error.contains("'\(word)'") ? "; " : "; there is no \(word): ") + "did you mean \($0)?"
            }
        }
        let known = Debrief.helpMessage(for: command).matches(of: /--[a-z-]+/).map { String($0.output) }
        for word in rest.prefix(while: { $0 != "--" }) where word.hasPrefix("--") {
            let option = String(word.prefix { $0 != "=" })
            guard !known.contains(option), let nearest = NearestWord.to(option, among: known) else { continue }
            return "; there is no \(option): did you mean \(nearest)?"
        }
        return nil
    }
}
