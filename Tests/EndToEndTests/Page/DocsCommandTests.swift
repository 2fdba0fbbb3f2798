import Foundation
import Support
import Synchronization
import Testing

@Suite("The command line: docs")
struct DocsCommandTests {
    private func docs(_ folder: String, as account: Account = .invoker) throws -> (status: Int32?, output: String, errors: String) {
        try run([Run.binary, "docs", folder], as: account)
    }

    @Test("docs writes page and document, readable for everybody, and nothing else; again: the same")
    func files() throws {
        let folder = Run.makeFolder("docs", for: .invoker)
        for _ in 1...2 {
            let made = try docs(folder)
            #expect(made.status == 0 && made.errors.isEmpty)
            #expect(Set(try FileManager.default.contentsOfDirectory(atPath: folder)) == ["index.html", "openapi.json"])
        }
        let page = try String(contentsOfFile: "\(folder)/index.html", encoding: .utf8)
        #expect(page.hasPrefix("<!DOCTYPE html>\n") && page.hasSuffix("</html>\n"))
        #expect(page.contains("Debrief \(try run([Run.binary, "--version"]).output.trimmingCharacters(in: .newlines))"))
        #expect(try String(contentsOfFile: "\(folder)/openapi.json", encoding: .utf8) == run([Run.binary, "openapi"]).output)
        for name in ["index.html", "openapi.json"] {
            let mode = try FileManager.default.attributesOfItem(atPath: "\(folder)/\(name)")[.posixPermissions] as? Int
            #expect(mode == 0o644)
        }
    }

    @Test("whoever reads while docs writes gets a whole file, the old or the new one")
    func atOnce() throws {
        let folder = Run.makeFolder("docs", for: .invoker)
        try "old\n".write(toFile: "\(folder)/index.html", atomically: false, encoding: .utf8)
        let seen = Seen()
        let reader = Background {
            while !seen.isDone.load(ordering: .acquiring) {
                seen.add(try String(contentsOfFile: "\(folder)/index.html", encoding: .utf8))
            }
        }
        try eventually { seen.texts == ["old\n"] }
        for _ in 1...5 { #expect(try docs(folder).status == 0) }
        try eventually { seen.texts.count > 1 }
        seen.isDone.store(true, ordering: .releasing)
        try reader.value()
        #expect(seen.texts == ["old\n", try String(contentsOfFile: "\(folder)/index.html", encoding: .utf8)])
    }

    private final class Seen: Sendable {
        let isDone = Atomic(false)
        private let all = Mutex<Set<String>>([])

        var texts: Set<String> { all.withLock { $0 } }

        func add(_ text: String) { all.withLock { _ = $0.insert(text) } }
    }

    @Test("docs says what was wrong with the folder, and what to do")
    func refused() throws {
        let folder = Run.makeFolder("docs", for: .invoker)
        let missing = try docs("\(folder)/www")
        #expect(missing.status == 1)
        #expect(
            missing.errors
                == "debrief: cannot write \(folder)/www/index.html: No such file or directory; make the folder first: mkdir -p '\(folder)/www'\n"
        )
        try "a file".write(toFile: "\(folder)/file", atomically: false, encoding: .utf8)
        let file = try docs("\(folder)/file")
        #expect(file.status == 1)
        #expect(file.errors == "debrief: cannot write \(folder)/file/index.html: Not a directory; name a folder\n")
        #expect(try run([Run.binary, "docs"]).status == 64)
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder) == ["file"])
    }

    @Test("docs says whose folder it is where it may not write there", .enabled(if: Run.isRoot))
    func forbidden() throws {
        let folder = Run.makeFolder("docs", for: .invoker)
        let forbidden = try docs(folder, as: .debrief)
        #expect(forbidden.status == 1)
        #expect(
            forbidden.errors
                == "debrief: cannot write \(folder)/index.html: Permission denied; run this as the account whose folder it is\n"
        )
    }
}
