import Foundation
import Support
import Testing

/// A section of the README that leads somewhere: the commands that it gives, each with the answer that it promises.
struct Guide {
    /// Commands as they stand there, and what they print; nil where the README does not say.
    struct Step {
        var commands: String
        var answer: String?
    }

    /// The section, without its heading.
    let text: String

    /// - Parameter heading: with its `#`s; the section ends where another of that level, or of a higher one, begins.
    init(_ heading: String) throws {
        let readme = try String(contentsOfFile: "\(Run.repository)/README.md", encoding: .utf8)
        let start = try #require(readme.range(of: "\n\(heading)\n"), "\(heading)").upperBound
        let level = heading.prefix { $0 == "#" }.count
        let ends = (1...level).compactMap { readme.range(of: "\n\(String(repeating: "#", count: $0)) ", range: start..<readme.endIndex)?.lowerBound }
        text = String(readme[start..<(ends.min() ?? readme.endIndex)])
    }

    /// The indented blocks: lines that only blank ones part, without their indentation.
    var blocks: [String] {
        var blocks: [[Substring]] = []
        var isInside = false
        for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
            if line.hasPrefix("    ") {
                if !isInside { blocks.append([]) }
                isInside = true
                blocks[blocks.count - 1].append(line.dropFirst(4))
            } else if line.isEmpty, isInside {
                blocks[blocks.count - 1].append(line)
            } else {
                isInside = false
            }
        }
        return blocks.map { $0.joined(separator: "\n").trimmingCharacters(in: .newlines) }
    }

    /// The blocks in which a shell's commands are, step by step: a line that is a response of ours ends one.
    var steps: [Step] {
        var steps: [Step] = []
        for block in blocks where !block.hasPrefix("alter ") && !block.hasPrefix("debrief: ") {
            steps.append(Step(commands: ""))
            for line in block.split(separator: "\n", omittingEmptySubsequences: false) {
                if line.hasPrefix(#"{"ok":"#) {
                    steps[steps.count - 1].answer = String(line)
                    steps.append(Step(commands: ""))
                } else {
                    steps[steps.count - 1].commands += "\(line)\n"
                }
            }
        }
        // An answer that stands alone is that of the block before.
        for index in steps.indices.dropFirst() where steps[index].commands.allSatisfy(\.isNewline) && steps[index].answer != nil {
            steps[index - 1].answer = steps[index].answer
            steps[index].answer = nil
        }
        return steps.filter { !$0.commands.allSatisfy(\.isNewline) }
    }

    /// The rows of its tables, cell by cell, without their headings.
    var rows: [[String]] {
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        return lines.indices.filter { lines[$0].hasPrefix("| ") && (lines.count <= $0 + 1 || !lines[$0 + 1].hasPrefix("|---")) }.map { index in
            lines[index].split(separator: "|", omittingEmptySubsequences: false).dropFirst().dropLast().map {
                $0.trimmingCharacters(in: .whitespaces)
            }
        }
    }
}

extension Guide {
    /// Follows it in one shell, and expects its answers.
    ///
    /// - Parameters:
    ///   - prelude: commands before the first of it.
    ///   - replacements: what its examples name, and what that is here.
    ///   - run: runs a bash script.
    func follow(
        prelude: String = "",
        replacements: [(String, String)],
        run: (String) throws -> (status: Int32?, output: String, errors: String)
    ) throws {
        let steps = steps.map { step in
            var step = step
            for (name, value) in replacements { step.commands.replace(name, with: value) }
            return step
        }
        let marks = steps.indices.map { "\n@@ step \($0) @@\n" }
        let script = zip(steps, marks).map { "\($0.commands)\nprintf '%s' '\($1)'\n" }.joined()
        let (status, output, errors) = try run("set -euo pipefail\n\(prelude)\n\(script)")
        var rest = output[...]
        for (step, mark) in zip(steps, marks) {
            guard let end = rest.range(of: mark) else {
                Issue.record("exits with \(status ?? -1) at:\n\(step.commands)\(rest)\(errors)")
                return
            }
            let printed = rest[..<end.lowerBound].trimmingCharacters(in: .newlines)
            if let answer = step.answer { #expect(printed == answer, "\(step.commands)") }
            rest = rest[end.upperBound...]
        }
        #expect(status == 0, "\(errors)")
    }
}

/// The texts within backquotes.
func quotedCode(in text: String) -> [String] {
    text.split(separator: "`", omittingEmptySubsequences: false).enumerated().filter { $0.offset % 2 == 1 }.map { String($0.element) }
}
