/// One setting, declared once: what it is called, what it is when nobody sets it, what it is for, and what it may be.
struct Setting<Value: Sendable>: Sendable {
    /// The name of the environment variable, and the key in a settings file: `DEBRIEF_` and more.
    let name: String
    /// What holds where it is not set, as it would be written. For people; it may describe what it cannot write.
    let defaultText: String
    /// A sentence that says what it does.
    let help: String
    /// What holds where it is not set.
    let defaultValue: Value
    /// What the value has to be, as the end of "… is wanted: ".
    let wanted: String
    /// Whether a wrong value may be a secret, and is not repeated.
    let isSecret: Bool
    /// The value of a text; nil where it makes no sense.
    let parse: @Sendable (String) -> Value?

    init(
        _ name: String,
        default defaultValue: Value,
        _ defaultText: String,
        help: String,
        wanted: String,
        isSecret: Bool = false,
        parse: @escaping @Sendable (String) -> Value?
    ) {
        self.name = name
        self.defaultText = defaultText
        self.help = help
        self.defaultValue = defaultValue
        self.wanted = wanted
        self.isSecret = isSecret
        self.parse = parse
    }

    /// The value that a source gives, or the default. An empty text is a value, and mostly a wrong one: it never means "not set".
    func value(in source: SettingsSource) throws(SettingsError) -> Value {
        guard let (text, place) = source.text(of: name) else { return defaultValue }
        guard let value = parse(text) else {
            throw SettingsError("\(place.prefix)\(name) is \(isSecret ? notRepeated : repeated(text))\(place.suffix); wanted is \(wanted)")
        }
        return value
    }

    /// Where its value comes from, as the end of a phrase that says the value.
    func place(in source: SettingsSource) -> String { source.text(of: name).map { "\($0.place)" } ?? "by default" }

    /// The setting without its type, for lists.
    var declaration: Settings.Declaration { Settings.Declaration(name: name, defaultText: defaultText, help: help) }
}

/// A setting that makes no sense, or a settings file that cannot be used.
///
/// One line that names the setting, or the file and its line, what came and what is wanted. It never holds the value of a connection string.
public struct SettingsError: Error, Equatable, CustomStringConvertible {
    /// The line, without an end.
    public let description: String

    init(_ description: String) { self.description = description }
}

private let notRepeated = "a text that is not repeated here"

/// A value as it can stand in a message of one line: not where it may be, or hold, a password or a token that was meant for another setting.
private func repeated(_ text: String) -> String {
    text.contains("://") || text.contains(/(?i)passw|debrief_[0-9a-z]{46}/) ? notRepeated : quoted(text)
}

/// A text from outside as it can stand in a message of one line: in quotes, without control characters, not endless.
func quoted(_ text: String) -> String {
    let longest = 60
    let scalars = text.unicodeScalars
    let visible = String(String.UnicodeScalarView(scalars.prefix(longest).map { $0.properties.generalCategory == .control ? "\u{FFFD}" : $0 }))
    return "\"\(visible)\(scalars.count > longest ? "…" : "")\""
}
