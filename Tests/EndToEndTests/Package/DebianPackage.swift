import Foundation
import Support

/// The Debian package of the binary under test, as `scripts/package` makes it.
struct DebianPackage: Sendable {
    /// What stands behind the version of ``later``.
    static let laterSuffix = "+later"

    private static let made = Result { try DebianPackage() }
    private static let madeLater = Result { try DebianPackage(suffix: laterSuffix) }

    /// Its path, in a folder of its own, which every account can enter.
    let path: String

    /// Makes one.
    init(suffix: String? = nil) throws {
        let folder = Run.makeFolder("package", for: .invoker)
        let words = ["\(Run.repository)/scripts/package", "--binary", Run.binary, "--fast"] + (suffix.map { ["--suffix", $0] } ?? [])
        let script = try run(words + [folder], seconds: 120)
        guard script.status == 0, let last = script.output.split(separator: "\n").last, last.hasPrefix(folder) else {
            throw ChildProcess.Failure(description: "scripts/package: \(script.output)\(script.errors)")
        }
        path = String(last)
    }

    /// The one of this run.
    static func shared() throws -> DebianPackage { try made.get() }

    /// The same as a later version.
    static func later() throws -> DebianPackage { try madeLater.get() }

    var folder: String { (path as NSString).deletingLastPathComponent }

    var name: String { (path as NSString).lastPathComponent }

    /// Unpacks it into a folder, as it would be below the root; returns that.
    func unpack() throws -> String {
        let folder = Run.makeFolder("unpacked", for: .invoker)
        let unpacked = try run(["/usr/bin/dpkg-deb", "--extract", path, folder])
        guard unpacked.status == 0 else { throw ChildProcess.Failure(description: "dpkg-deb: \(unpacked.errors)") }
        return folder
    }
}
