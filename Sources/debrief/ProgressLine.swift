import Glibc
import Pool
import SystemPackage
import Waiting

/// Standard error as the place where long work says how far it is: on a terminal a line that is written over again and again, elsewhere a line now and
/// then.
struct ProgressLine {
    private let name: String
    private let isTerminal = isatty(FileDescriptor.standardError.rawValue) == 1
    private let look = TerminalLook.current
    private var text = ProgressText(at: monotonicMilliseconds())
    private var shown = ""

    /// - Parameter name: what the line begins with.
    init(_ name: String) { self.name = name }

    /// Says that so much is done, and what is under way.
    mutating func show(percent: Int, _ detail: String) {
        let now = monotonicMilliseconds()
        if isTerminal {
            // The terminal may have become another width since.
            show(text.bar(name, percent: percent, detail, at: now, columns: TerminalSize.columnsOfStandardError, look))
        } else if let line = text.line(name, percent: percent, detail, at: now) {
            StandardFiles.note(line)
        }
    }

    /// Puts a text in the place of the last, on a terminal alone.
    mutating func show(_ text: String) {
        guard isTerminal, text != shown else { return }
        shown = text
        // To the beginning of the line, and erase what stands behind the text (ECMA-48, EL).
        _ = try? FileDescriptor.standardError.writeAll("\r\(text)\u{1B}[K".utf8)
    }

    /// Leaves an empty line for what comes next.
    mutating func clear() {
        if !shown.isEmpty { show("") }
    }
}
