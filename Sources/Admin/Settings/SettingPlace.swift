/// Where a setting was read from, for messages.
enum SettingPlace: Equatable, CustomStringConvertible {
    case environment
    case file(String, line: Int)

    /// As the end of a phrase that names the setting.
    var description: String {
        switch self {
        case .environment: "in the environment"
        case .file(let path, let line): "in \(path), line \(line)"
        }
    }

    /// What a message about a file's line begins with, as compilers and nginx have it; empty for the environment.
    var prefix: String {
        guard case .file(let path, let line) = self else { return "" }
        return "\(path):\(line): "
    }

    /// The line of a file, in words.
    var line: String {
        guard case .file(_, let line) = self else { return "\(self)" }
        return "line \(line)"
    }

    /// What stands behind a value that has no such beginning.
    var suffix: String { self == .environment ? " \(self)" : "" }
}
