import SystemPackage

/// Where settings come from: the environment, and a file behind it.
///
/// swift-configuration would do this, and more; but its file provider is asynchronous, so it starts threads, and the master has to have a single one
/// when it forks its workers.
struct SettingsSource: Sendable {
    /// A value and where it stands.
    private struct Entry {
        let value: String
        let place: SettingPlace
    }

    /// Looks an environment variable up.
    let environment: @Sendable (String) -> String?
    private var entries: [String: Entry] = [:]

    /// More than any settings file needs.
    private static let largestFile = 1 << 20

    /// The environment alone.
    init(environment: @escaping @Sendable (String) -> String?) { self.environment = environment }

    /// The text of a setting, and where it stands. The environment wins, so that a command can be tried with one setting changed.
    func text(of name: String) -> (text: String, place: SettingPlace)? {
        if let value = environment(name) { return (value, .environment) }
        return entries[name].map { ($0.value, $0.place) }
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
            throw SettingsError("cannot read the settings in \(path): \(error); \(Self.advice(error))")
        }
        if let hidden { hide(hidden, in: &bytes) }
        try add(text: bytes, of: path, names: names, isLenient: isLenient)
    }

    /// What to do about a file that cannot be read.
    private static func advice(_ error: Errno) -> String {
        switch error {
        case .noSuchFileOrDirectory, .notDirectory: "write it there, or name another with --config"
        case .permissionDenied: "run this as root, or as an account of the file's group; chmod g+r lets that one read it"
        case .fileTooLarge: "it has to be a file of KEY=value lines, of at most 1 MB"
        default: "name a file of KEY=value lines with --config"
        }
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
                try add(line: trimmed(line), place: .file(path, line: index + 1), names: names)
            } catch  where isLenient {
                continue
            }
        }
    }

    private mutating func add(line: Substring, place: SettingPlace, names: Set<String>) throws(SettingsError) {
        guard let first = line.first, first != "#" else { return }
        // A line that is none can be a piece of a connection string, and so is not repeated.
        guard let equals = line.firstIndex(of: "="), case let key = String(trimmed(line[..<equals])), key.allSatisfy(isPartOfName) else {
            throw SettingsError("\(place.prefix)a line has to be KEY=value, or a comment that begins with #")
        }
        guard names.contains(key) else {
            let advice = NearestWord.advice(key, among: names.sorted(), otherwise: "debrief --help lists them")
            throw SettingsError("\(place.prefix)\(quoted(key)) is not a setting; \(advice)")
        }
        if let first = entries[key] {
            throw SettingsError("\(place.prefix)\(key) is set a second time, after \(first.place.line); leave one of the two")
        }
        guard let value = unquoted(trimmed(line[line.index(after: equals)...])) else {
            throw SettingsError("\(place.prefix)the quotes around the value of \(key) do not match")
        }
        entries[key] = Entry(value: String(value), place: place)
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
