import Foundation
import Support
import SystemPackage
import Testing

@testable import Pool

@Suite("A kept scale")
struct KeptScaleTests {
    private let folder = Run.makeFolder("scale", for: .invoker)
    private var kept: KeptScale { KeptScale(besideControl: "\(folder)/control.sock") }
    private var path: String { "\(folder)/scale" }

    /// As the pool reads it, more or less.
    private func parse(_ text: String) -> ClosedRange<Int>? {
        let ends = text.components(separatedBy: "..").map { Int($0) }
        guard let low = ends[0], ends.count < 3, let high = ends[ends.count - 1], low <= high else { return nil }
        return low...high
    }

    @Test("is a line of text that everybody may read, until it is removed", arguments: [(8...8, "8\n"), (4...32, "4..32\n")])
    func kept(range: ClosedRange<Int>, text: String) throws {
        #expect(try kept.range(parse: parse) == nil)
        try kept.keep(1...1)
        try kept.keep(range)
        #expect(try String(contentsOfFile: path, encoding: .utf8) == text)
        #expect(try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int == 0o644)
        #expect(try kept.range(parse: parse) == range)
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder) == ["scale"])
        try kept.remove()
        #expect(try kept.range(parse: parse) == nil)
        try kept.remove()
    }

    @Test("may have been written by hand")
    func byHand() throws {
        try " 4..32 \r\n\n".write(toFile: path, atomically: false, encoding: .utf8)
        #expect(try kept.range(parse: parse) == 4...32)
    }

    @Test(
        "that is nonsense is said to be, with the file's name",
        arguments: ["", "many", "8..4", "\u{0}\u{ff}", String(repeating: "8", count: 100_000)]
    )
    func nonsense(text: String) throws {
        try text.write(toFile: path, atomically: false, encoding: .utf8)
        try expectUnusable()
        try kept.keep(2...2)
        #expect(try kept.range(parse: parse) == 2...2)
    }

    @Test("that is no file, or a pipe that nobody writes to, holds nobody up")
    func noFile() throws {
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: false)
        try expectUnusable()
        #expect(throws: Errno.self) { try kept.keep(2...2) }
        rmdir(path)
        mkfifo(path, 0o600)
        try expectUnusable()
    }

    private func expectUnusable(location: SourceLocation = #_sourceLocation) throws {
        let error = #expect(throws: KeptScale.Unusable.self, sourceLocation: location) { try kept.range(parse: parse) }
        let sentence = try #require(error.map { "\($0)" })
        #expect(sentence.contains(path) && !sentence.contains("\n") && sentence.utf8.count < 300, "\(sentence)", sourceLocation: location)
    }

    @Test("does not follow what a master that was killed, or somebody else, has left in its way")
    func leftovers() throws {
        let precious = "\(folder)/precious"
        try "precious".write(toFile: precious, atomically: false, encoding: .utf8)
        for name in [".scale.new", "scale"] {
            try FileManager.default.createSymbolicLink(atPath: "\(folder)/\(name)", withDestinationPath: precious)
        }
        try kept.keep(3...3)
        #expect(try kept.range(parse: parse) == 3...3)
        #expect(try String(contentsOfFile: precious, encoding: .utf8) == "precious")
        #expect(try Set(FileManager.default.contentsOfDirectory(atPath: folder)) == ["precious", "scale"])
    }

    @Test("cannot be kept in a folder that nobody may write to, and that is an error")
    func readOnly() throws {
        // Root may write to all but what the kernel makes.
        if !Run.isRoot { chmod(folder, 0o555) }
        let kept = Run.isRoot ? KeptScale(besideControl: "/proc/control.sock") : kept
        #expect(throws: Errno.self) { try kept.keep(2...2) }
        #expect(try kept.range(parse: parse) == nil)
        chmod(folder, 0o755)
    }
}
