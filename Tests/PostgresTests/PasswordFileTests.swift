import Foundation
import Support
import Testing

@testable import Postgres

@Suite("A password file")
struct PasswordFileTests {
    private let folder = Run.makeFolder("password", for: .invoker)

    private func write(_ bytes: [UInt8], mode: mode_t = 0o600) throws -> String {
        let path = "\(folder)/password"
        try Data(bytes).write(to: URL(filePath: path))
        chmod(path, mode)
        return path
    }

    /// The password that is read, or what is said instead.
    private func read(_ path: String) -> String {
        do throws(PostgresError) {
            let password = try Password(file: path)
            return password.characters.map { String(cString: $0) } ?? ""
        } catch {
            return error.description
        }
    }

    @Test("is its one line, whatever that ends in", arguments: ["secret", "secret\n", "secret\r\n"])
    func line(text: String) throws {
        #expect(try read(write(Array(text.utf8))) == "secret")
    }

    @Test("keeps white space and every other byte, as a password may hold it")
    func bytes() throws {
        #expect(try read(write(Array(" s é ' \\ \n".utf8))) == " s é ' \\ ")
        #expect(try read(write([UInt8](repeating: 120, count: 4_096))).utf8.count == 4_096)
    }

    private static let unusable: [(bytes: [UInt8], reason: String)] = [
        ([], "it is empty"), (Array("\n".utf8), "it is empty"), (Array("\r\n".utf8), "it is empty"),
        (Array("secret\nother\n".utf8), "it has to be one line, the password"), (Array("secret\n\n".utf8), "it has to be one line, the password"),
        (Array("sec\0ret".utf8), "it has to be one line, the password"), ([UInt8](repeating: 120, count: 4_097), "it is larger than 4096 bytes"),
    ]

    @Test("that is none says why and not what is in it", arguments: unusable.indices)
    func refused(index: Int) throws {
        let (bytes, reason) = Self.unusable[index]
        let path = try write(bytes)
        #expect(read(path) == "the password file \(path): \(reason)")
    }

    @Test("is no file that others have a right to, as libpq has it of its own", arguments: [0o644, 0o604, 0o606, 0o620, 0o660, 0o610] as [mode_t])
    func rights(mode: mode_t) throws {
        let path = try write(Array("secret".utf8), mode: mode)
        #expect(read(path).hasPrefix("the password file \(path): others have a right to it"), "\(read(path))")
    }

    @Test("may be read by a group where it is root's, as a credential of systemd's is, and by none where it is not")
    func group() throws {
        let path = try write(Array("secret".utf8), mode: 0o640)
        #expect((read(path) == "secret") == Run.isRoot)
    }

    @Test(
        "that is not there, or is no file, is said to be",
        arguments: [("/nowhere/password", "No such file or directory"), ("/dev/null", "it is no plain file")]
    )
    func missing(path: String, reason: String) {
        #expect(read(path) == "the password file \(path): \(reason)")
    }

    @Test("wins over what the connection string says, and nobody is asked where it is of no use")
    func connect() throws {
        let database = try Cluster.shared.get().makeDatabase(demo: false)
        let path = try write(Array("secret".utf8))
        // Everybody is trusted there; that the password is sent is for a server that wants one.
        _ = try Connection(
            database.conninfo(user: "debrief_api") + " password=other",
            passwordFile: path,
            applicationName: "test",
            until: .after(milliseconds: 5_000)
        )
        #expect(throws: PostgresError.self) {
            _ = try Connection("host=/nowhere", passwordFile: "/nowhere/password", applicationName: "test", until: .after(milliseconds: 5_000))
        }
    }
}
