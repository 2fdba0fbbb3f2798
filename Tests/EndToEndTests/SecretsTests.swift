import Foundation
import Support
import Testing

/// The last step of `scripts/test`, on folders as a run leaves them.
@Suite("The search for secrets")
final class SecretsTests {
    /// Gone before the run's own search.
    private let folder = Run.makeFolder("secrets", for: .invoker)
    private static let token = "debrief_" + String(repeating: "Aa1", count: 15) + "z"
    private static let hash = Data((0..<32).map { UInt8($0 * 7 + 1) })
    private static let hexadecimal = hash.map { String($0, radix: 16) }.map { $0.count < 2 ? "0\($0)" : $0 }.joined()

    deinit { try? FileManager.default.removeItem(atPath: folder) }

    /// A folder in which these secrets were noted, and a file with that in it.
    private func search(_ content: Data, in name: String = "dep.x/run/debrief.log", allowed: [Data] = []) throws -> (status: Int32?, output: String) {
        let raw = Self.hash.split(separator: 10).max { $0.count < $1.count } ?? Data()
        for (kind, secrets) in [
            ("tokens", [Data(Self.token.utf8.dropFirst(16))]), ("hashes", [Data(Self.hexadecimal.utf8), Data(raw)]),
            ("passwords", [Data("hunter3".utf8)]),
            ("allowed", allowed),
        ] { try write(secrets.reduce(Data()) { $0 + $1 + [10] }, to: "secrets/\(kind)") }
        try write(content, to: name)
        let found = try run(["\(Run.repository)/scripts/test.d/secrets.sh", folder])
        #expect(found.errors.isEmpty)
        return (found.status, found.output)
    }

    private func write(_ content: Data, to name: String) throws {
        let path = URL(filePath: "\(folder)/\(name)")
        try FileManager.default.createDirectory(at: path.deletingLastPathComponent(), withIntermediateDirectories: true)
        try content.write(to: path)
    }

    @Test("where there is none, it says how much it has looked at")
    func nothing() throws {
        let (status, output) = try search(Data("debrief_ is how a token begins, hunter2\n".utf8))
        #expect(status == 0)
        #expect(output == "1 files searched for 4 secrets, 0 hits\n")
    }

    /// A secret as it may turn up, and as what it is found.
    struct Planted: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let content: Data
        let kind: String
    }

    private static let planted = [
        Planted(testDescription: "a token", content: Data("{\"token\":\"\(token)\"}".utf8), kind: "tokens"),
        Planted(testDescription: "a token without what may be shown of it", content: Data("…\(token.dropFirst(16))".utf8), kind: "tokens"),
        Planted(
            testDescription: "a token that nobody noted",
            content: Data(("debrief_" + String(repeating: "0", count: 46)).utf8),
            kind: "looks like a token"
        ),
        Planted(testDescription: "a hash in hexadecimal", content: Data("'\\x\(hexadecimal)'".utf8), kind: "hashes"),
        Planted(testDescription: "a hash as it is, among bytes", content: Data([0, 255, 10]) + hash + Data([0, 10, 200]), kind: "hashes"),
        Planted(testDescription: "a password", content: Data("host=/x\0password=hunter3\0".utf8), kind: "passwords"),
    ]

    @Test(
        "a secret is found wherever a run leaves anything, and named by file and kind, never by itself",
        arguments: planted,
        ["dep.x/run/debrief.log", "dep.x/nginx/access.log", "pg.x/log", "witness/environments", "dep.x/core.17"]
    )
    func found(_ planted: Planted, in name: String) throws {
        let (status, output) = try search(planted.content, in: name)
        #expect(status == 1)
        #expect(output.contains("\(planted.kind): \(folder)/\(name)\n"), "\(output)")
        #expect(output.hasSuffix(" hits\n") && !output.hasSuffix(" 0 hits\n"))
        for secret in [String(Self.token.dropFirst(16)), Self.hexadecimal, "hunter3"] { #expect(!output.contains(secret)) }
    }

    @Test("it passes over the databases themselves, what a test wrote for the program to read, and a hash that was logged on purpose")
    func deliberate() throws {
        for name in ["pg.x/data/base/1/2", "dep.x/settings", "config.x/debrief.conf"] {
            #expect(try search(Data("hunter3 \(Self.token) \(Self.hexadecimal)".utf8), in: name).status == 0, "\(name)")
        }
        let logged = try search(Data(Self.hexadecimal.utf8), in: "pg.x/log", allowed: [Data(Self.hexadecimal.utf8)])
        #expect(logged.status == 0 && logged.output.hasSuffix(" for 3 secrets, 0 hits\n"), "\(logged.output)")
    }

    @Test("this run notes what it makes, and what others could see of it")
    func noted() throws {
        func kept(_ name: String) throws -> String { try String(contentsOfFile: "\(Run.folder)/\(name)", encoding: .isoLatin1) }
        let stage = try Stage.shared()
        #expect(try kept("secrets/tokens").contains(stage.token.dropFirst(16)))
        let hash = try #require(try stage.database.value("select encode(sha256($1::text::bytea), 'hex')", stage.token))
        #expect(try kept("secrets/hashes").contains(hash))
        let password = try #require(stage.database.conninfo(user: "x").firstMatch(of: /password=([0-9A-Za-z]{32,})/)?.output.1)
        #expect(try kept("secrets/passwords").contains(password))

        #expect(try kept("witness/arguments").contains("\(stage.deployment.masterID) debrief"))
        let environments = try kept("witness/environments")
        #expect(stage.deployment.workers.contains { environments.contains("\($0) debrief-worker:") })
        _ = try stage.client.get("users", fields: ["X-Request-Id: a-refused-call"])
        #expect(try kept("witness/responses").contains("a-refused-call"))
        _ = try stage.database.debrief(["no-such-command"])
        #expect(try kept("witness/errors").contains("no-such-command"))
    }
}
