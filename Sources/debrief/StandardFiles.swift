import SystemPackage

/// Standard output and standard error, where a failure to write counts: a token that nobody saw is lost.
enum StandardFiles {
    /// Fills the places of standard files that were closed when the process was started, so that no connection gets one of their numbers, and no line
    /// meant for people goes to PostgreSQL. Writing to such a place fails.
    static func open() {
        while let file = try? FileDescriptor.open(FilePath("/dev/null"), .readOnly) {
            guard file.rawValue > 2 else { continue }
            try? file.close()
            return
        }
    }

    /// Writes text to standard output as it is.
    static func write(_ text: String) throws(Refusal) {
        do {
            try FileDescriptor.standardOutput.writeAll(text.utf8)
        } catch {
            let advice = error as? Errno == .noSpace ? "make room on its disk, and run this again" : "see where it leads to"
            throw Refusal("cannot write to standard output: \(error)", advice)
        }
    }

    /// Writes a line to standard output.
    static func print(_ line: String) throws(Refusal) { try write(line + "\n") }

    /// Writes a line to standard error, as far as anybody listens. It may repeat what somebody has typed or another process has sent: a terminal does not
    /// get orders by that, and nobody a token.
    static func note(_ line: String) {
        let masked = line.withoutControls.replacing(/debrief_[0-9A-Za-z]{46}/, with: "debrief_…")
        _ = try? FileDescriptor.standardError.writeAll((masked + "\n").utf8)
    }
}
