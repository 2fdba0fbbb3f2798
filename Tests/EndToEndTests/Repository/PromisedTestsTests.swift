import Foundation
import Support
import Testing

@Suite("The README's sections that promise something")
struct PromisedTestsTests {
    @Test("name tests that there are, one at least for each line of their tables", arguments: [("Security", 40), ("Beside others", 18)])
    func names(title: String, fewest: Int) throws {
        let readme = try String(contentsOfFile: "\(Run.repository)/README.md", encoding: .utf8)
        let beginning = try #require(readme.range(of: "\n## \(title)\n"))
        let section = readme[beginning.upperBound...].split(separator: "\n## ", maxSplits: 1)[0]
        let tests = try sources(below: "Tests").map(\.text).joined()

        let names = quoted(in: section)
        #expect(names.count > fewest)
        let tested = Set(tests.matches(of: /@(?:Test|Suite)\(\s*"((?:[^"\\]|\\.)*)"/).map(\.1))
        for name in names { #expect(tested.contains(name), "\(name)") }

        let lines = section.split(separator: "\n").filter { $0.hasPrefix("|") && !$0.hasPrefix("|---") && !$0.hasSuffix("| test |") }
        for line in lines { #expect(!quoted(in: line).isEmpty, "\(line)") }
    }

    @Test("unsafe memory is where it is said to be, and nowhere else")
    func unsafeMemory() throws {
        // Those that wrap C, own a buffer, or share memory between processes.
        let expected = [
            "Admin/System", "CProcess", "Digest", "FastCGI", "JSON/ByteBuffer", "JSON/Bytes", "Pool", "Postgres", "Waiting",
        ]
        let found = try sources(below: "Sources").filter { source in
            source.text.split(separator: "\n").contains { line in
                let code = line.split(separator: "//", omittingEmptySubsequences: false)[0]
                return ["Unsafe", "unsafe ", "unsafeBitCast(", "nonisolated(unsafe)", "OpaquePointer"].contains { code.contains($0) }
            }
        }
        #expect(!found.isEmpty)
        for source in found { #expect(expected.contains { source.path.hasPrefix($0) }, "\(source.path)") }
    }

    /// The texts within “ and ”.
    private func quoted(in text: Substring) -> [Substring] {
        text.split(separator: "“").dropFirst().compactMap { $0.split(separator: "”", maxSplits: 1, omittingEmptySubsequences: false).first }
    }

    /// The Swift files below a folder of the checkout, by their paths in it.
    private func sources(below folder: String) throws -> [(path: String, text: String)] {
        let root = "\(Run.repository)/\(folder)"
        let paths = try #require(FileManager.default.enumerator(atPath: root)).compactMap { $0 as? String }.filter { $0.hasSuffix(".swift") }
        return try paths.map { ($0, try String(contentsOfFile: "\(root)/\($0)", encoding: .utf8)) }
    }
}
