/// What a terminal can show: without a database of terminals, by what its environment says.
public struct TerminalLook: Equatable, Sendable {
    /// Whether it can be drawn on, rather than written to line by line.
    public var isDrawable: Bool
    /// Whether it has colours, and whoever looks wants them.
    public var hasColours: Bool
    /// Whether it shows characters beyond ASCII.
    public var isUTF8: Bool

    /// What all have.
    static let least = TerminalLook(isDrawable: true, hasColours: false, isUTF8: false)

    init(isDrawable: Bool, hasColours: Bool, isUTF8: Bool) {
        self.isDrawable = isDrawable
        self.hasColours = hasColours
        self.isUTF8 = isUTF8
    }

    /// By `TERM`, by `NO_COLOR` (<https://no-color.org>: whatever it says, unless that is nothing), and by the locale, of which the first that is set
    /// counts (POSIX, 8.2).
    public init(environment: (String) -> String?) {
        let name = environment("TERM") ?? ""
        isDrawable = !["", "dumb", "unknown"].contains(name)
        let isMonochrome = name.hasPrefix("vt1") || name.hasPrefix("vt2") || name.hasSuffix("-m") || name.hasSuffix("-mono")
        hasColours = isDrawable && !isMonochrome && (environment("NO_COLOR") ?? "").isEmpty
        let locale = ["LC_ALL", "LC_CTYPE", "LANG"].compactMap(environment).first { !$0.isEmpty } ?? ""
        isUTF8 = ["utf-8", "utf8"].contains { locale.lowercased().contains($0) }
    }

    /// That of this process's environment.
    public static var current: TerminalLook { TerminalLook(environment: ProcessEnvironment.value) }
}

extension TerminalLook {
    /// The line as it is sent: with its styles by SGR (ECMA-48, 8.3.117), and none left behind.
    func code(_ line: StyledLine) -> String {
        line.pieces.map { piece in
            let number = code(piece.style)
            return number.isEmpty ? piece.text : "\u{1B}[\(number)m\(piece.text)\u{1B}[0m"
        }
        .joined()
    }

    private func code(_ style: TextStyle) -> String {
        switch style {
        case .plain: ""
        case .title: "1"
        case .label: hasColours ? "36" : ""
        case .well: hasColours ? "32" : ""
        case .warning: hasColours ? "33" : "1"
        case .ill: hasColours ? "1;31" : "1"
        case .head: "7"
        }
    }

    /// A bar of so many cells, its frame included, filled to a part from 0 to 1.
    func bar(_ part: Double, cells: Int) -> String {
        let room = max(0, cells - 2)
        let part = min(1, max(0, part))
        guard isUTF8 else {
            let full = Int((part * Double(room)).rounded())
            return "[" + String(repeating: "|", count: full) + String(repeating: " ", count: room - full) + "]"
        }
        // A cell has eight steps, U+258F to U+2588.
        let steps = Int((part * Double(room * 8)).rounded())
        let rest = steps % 8 == 0 ? "" : ["▏", "▎", "▍", "▌", "▋", "▊", "▉"][steps % 8 - 1]
        let bar = String(repeating: "█", count: steps / 8) + rest
        return "[" + bar + String(repeating: " ", count: room - bar.count) + "]"
    }
}
