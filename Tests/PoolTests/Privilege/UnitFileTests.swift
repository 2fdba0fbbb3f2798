import Foundation
import Support
import Testing

@Suite("The units for systemd", .enabled(if: FileManager.default.isExecutableFile(atPath: "/usr/bin/systemd-analyze")))
struct UnitFileTests {
    private static let folder = "\(Run.repository)/scripts/package.d"

    private func analyze(_ words: [String]) throws -> (status: Int32?, output: String, errors: String) {
        try run(["/usr/bin/systemd-analyze", "--no-pager"] + words)
    }

    @Test("have no fault that systemd would find")
    func verify() throws {
        // The binary is not installed here, nor are the manual pages.
        let folder = Run.makeFolder("unit", for: .invoker)
        let units = ["debrief.service", "debrief.socket"]
        for unit in units {
            let text = try String(contentsOfFile: "\(Self.folder)/\(unit)", encoding: .utf8)
            try text.replacing("/usr/bin/debrief", with: "/bin/true").write(toFile: "\(folder)/\(unit)", atomically: false, encoding: .utf8)
        }
        let verified = try analyze(["verify", "--man=no"] + units.map { "\(folder)/\($0)" })
        #expect(verified.status == 0 && verified.output.isEmpty && verified.errors.isEmpty, "\(verified)")
    }

    @Test("is exposed no more than the README says")
    func exposure() throws {
        let readme = try String(contentsOfFile: "\(Run.repository)/README.md", encoding: .utf8)
        let said = try #require(readme.firstMatch(of: /`systemd-analyze security` gives it ([0-9]+\.[0-9])/)).1
        let threshold = try #require(Double(said)) * 10
        let security = try analyze(["security", "--offline=true", "--threshold=\(Int(threshold.rounded()))", "\(Self.folder)/debrief.service"])
        #expect(security.status == 0, "\(security.output.suffix(200))")
    }
}
