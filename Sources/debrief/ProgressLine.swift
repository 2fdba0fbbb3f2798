import Glibc
import SystemPackage

/// A line on standard error that is written over again and again: for who looks on, so only where that is a terminal.
struct ProgressLine {
    private let isTerminal = isatty(FileDescriptor.standardError.rawValue) == 1
    private var shown = ""

    /// Puts a text in the place of the last.
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
