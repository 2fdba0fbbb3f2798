import Foundation
import Support
import Testing

@Suite("The unit for systemd", .enabled(if: FileManager.default.isExecutableFile(atPath: "/usr/bin/systemd-analyze")))
struct UnitFileTests {
    private static let path = "\(Run.repository)/scripts/debrief.service"

    private func analyze(_ words: String...) throws -> (status: Int32?, output: String, errors: String) {
        try run(["/usr/bin/systemd-analyze", "--no-pager"] + words)
    }

    @Test("has no fault that systemd would find")
    func verify() throws {
        // The binary is not installed here.
        let unit = "\(Run.makeFolder("unit", for: .invoker))/debrief.service"
        let text = try String(contentsOfFile: Self.path, encoding: .utf8)
        try text.replacing("/opt/debrief/bin/debrief", with: "/bin/true").write(toFile: unit, atomically: false, encoding: .utf8)
        let verified = try analyze("verify", unit)
        #expect(verified.status == 0 && verified.output.isEmpty && verified.errors.isEmpty, "\(verified)")
    }

    @Test("is exposed no more than the README says")
    func exposure() throws {
        let readme = try String(contentsOfFile: "\(Run.repository)/README.md", encoding: .utf8)
        let said = try #require(readme.firstMatch(of: /`systemd-analyze security` gives it ([0-9]+\.[0-9])/)).1
        let threshold = try #require(Double(said)) * 10
        let security = try analyze("security", "--offline=true", "--threshold=\(Int(threshold.rounded()))", Self.path)
        #expect(security.status == 0, "\(security.output.suffix(200))")
    }
}
