import SystemPackage

/// Where settings come from: the environment, and a file behind it.
///
/// swift-configuration would do this, and more; but its file provider is asynchronous, so it starts threads, and the master has to have a single one
/// when it forks its workers.
struct SettingsSource: Sendable {
    /// A value and where it stands.
    private struct Entry {
        let value: String
        let origin: String
    }

    /// Looks an environment variable up.
    let environment: @Sendable (String) -> String?
    private var entries: [String: Entry] = [:]

    /// More than any settings file needs.
    private static let largestFile = 1 << 20

    /// The environment alone.
    init(environment: @escaping @Sendable (String) -> String?) { self.environment = environment }

    /// The text of a setting, and the `file:line: ` it stands at, which is empty for the environment. The environment wins, so that a command can be
    /// tried with one setting changed.
    func text(of name: String) -> (text: String, origin: String)? {
        if let value = environment(name) { return (value, "") }
        return entries[name].map { ($0.value, $0.origin) }
    }

    /// Adds a file, whose keys may be `names` and no others.
    ///
    /// - Parameters:
    ///   - hidden: a key whose value is not to be known here, not even in memory that is free again.
    ///   - isLenient: passes over lines that make no sense.
    mutating func add(file path: String, names: Set<String>, hiding hidden: String? = nil, isLenient: Bool = false) throws(SettingsError) {
        var bytes: [UInt8]
        do throws(Errno) {
            bytes = try contents(ofFile: path, limit: Self.largestFile)
        } catch {
            throw SettingsError("cannot read the settings in \(path): \(error)")
        }
        if let hidden { hide(hidden, in: &bytes) }
        try add(text: bytes, of: path, names: names, isLenient: isLenient)
    }

    /// Adds the text of a file.
    ///
    /// `KEY=value` a line, as systemd's `EnvironmentFile=` and a shell read it: empty lines and lines that begin with `#` say nothing; white space
    /// around key and value is dropped; a value in single or double quotes is what is between them. Nothing within a value is special, neither `#`
    /// nor `\` nor `$`. A key that is no setting is refused, for it is a typing error or would be ignored, such as libpq's `PGHOST`; a second value
    /// of one key too.
    mutating func add(text bytes: [UInt8], of path: String, names: Set<String>, isLenient: Bool = false) throws(SettingsError) {
        guard let text = String(validating: bytes, as: UTF8.self) else { throw SettingsError("\(path): not UTF-8") }
        // "\r\n" is one Character and a newline; so a file from elsewhere reads the same.
        for (index, line) in text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline).enumerated() {
            do throws(SettingsError) {
                try add(line: trimmed(line), origin: "\(path):\(index + 1): ", names: names)
            } catch  where isLenient {
                continue
            }
        }
    }

    private mutating func add(line: Substring, origin: String, names: Set<String>) throws(SettingsError) {
        guard let first = line.first, first != "#" else { return }
        // A line that is none can be a piece of a connection string, and so is not repeated.
        guard let equals = line.firstIndex(of: "="), case let key = String(trimmed(line[..<equals])), key.allSatisfy(isPartOfName) else {
            throw SettingsError("\(origin)a line has to be KEY=value, or a comment that begins with #")
        }
        guard names.contains(key) else { throw SettingsError("\(origin)\(quoted(key)) is not a setting; debrief --help lists them") }
        guard entries[key] == nil else { throw SettingsError("\(origin)\(key) is set a second time") }
        guard let value = unquoted(trimmed(line[line.index(after: equals)...])) else {
            throw SettingsError("\(origin)the quotes around the value of \(key) do not match")
        }
        entries[key] = Entry(value: String(value), origin: origin)
    }
}

/// Overwrites the value of a key, in whatever form its line is, in the text of a settings file.
func hide(_ key: String, in text: inout [UInt8]) {
    let isLineEnd = { (byte: UInt8) in byte == UInt8(ascii: "\n") || byte == UInt8(ascii: "\r") }
    var start = text.startIndex
    while start < text.endIndex {
        let end = text[start...].firstIndex(where: isLineEnd) ?? text.endIndex
        if let equals = text[start..<end].firstIndex(of: UInt8(ascii: "=")), text[start..<equals].contains(key.utf8) {
            for index in text.index(after: equals)..<end { text[index] = UInt8(ascii: " ") }
        }
        start = end + 1
    }
}

/// The text without white space at its ends.
private func trimmed(_ text: Substring) -> Substring {
    let start = text.drop(while: \.isWhitespace)
    guard let last = start.lastIndex(where: { !$0.isWhitespace }) else { return start }
    return start[...last]
}

/// Whether a variable's name can hold the character.
private func isPartOfName(_ character: Character) -> Bool {
    character == "_" || character.isASCII && (character.isLetter || character.isNumber)
}

/// The text without the quotes around it; nil where there is one quote of a pair.
private func unquoted(_ text: Substring) -> Substring? {
    guard let first = text.first, first == "\"" || first == "'" else { return text }
    guard text.count >= 2, text.last == first else { return nil }
    return text.dropFirst().dropLast()
}
