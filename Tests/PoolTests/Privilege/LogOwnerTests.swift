import Foundation
import Support
import Testing

@testable import Pool

@Suite("A log that root opens for another account", .enabled(if: Run.isRoot))
struct LogOwnerTests {
    private func account() throws -> Pool.Account { try #require(try Pool.Account.ofChildren(user: "debrief", group: nil)) }

    private func write(_ text: String, to file: LogFile) { Array(text.utf8).withUnsafeBytes { file.write($0.bytes) } }

    private func owner(of path: String) -> uid_t? {
        var status = stat()
        return lstat(path, &status) == 0 ? status.st_uid : nil
    }

    @Test("is the account's, in a folder of the account's and in one of root's, and also where an earlier one was root's")
    func owned() throws {
        let account = try account()
        for folder in [Run.makeFolder("log", for: .debrief), Run.makeFolder("log", for: .invoker)] {
            write("one\n", to: LogFile("\(folder)/log", for: account))
            #expect(owner(of: "\(folder)/log") == account.user)
            chown("\(folder)/log", 0, 0)
            write("two\n", to: LogFile("\(folder)/log", for: account))
            #expect(owner(of: "\(folder)/log") == account.user)
            #expect(try String(contentsOfFile: "\(folder)/log", encoding: .utf8) == "one\ntwo\n")
        }
    }

    @Test("is never a file of root's that the account has put there by a link")
    func links() throws {
        let account = try account()
        let secrets = Run.makeFolder("secrets", for: .invoker)
        let folder = Run.makeFolder("log", for: .debrief)
        for (name, make) in [("soft", symlink), ("hard", link)] {
            let secret = "\(secrets)/\(name)"
            try "precious\n".write(toFile: secret, atomically: false, encoding: .utf8)
            chmod(secret, 0o600)
            try #require(make(secret, "\(folder)/\(name)") == 0)
            // It says so on standard error.
            write("line\n", to: LogFile("\(folder)/\(name)", for: account))
            #expect(try String(contentsOfFile: secret, encoding: .utf8) == "precious\n", "\(name)")
            #expect(owner(of: secret) == 0, "\(name)")
        }
    }
}
