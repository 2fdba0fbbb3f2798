import Digest
import Foundation
import Synchronization

/// What must not be found anywhere but where it belongs: each token and password that a test makes, written down in the run's folder, in which
/// `scripts/test` looks for them when all tests have ended.
///
/// `secrets/tokens`, `secrets/hashes` and `secrets/passwords` hold a secret a line, in each form in which it could be found; `secrets/allowed` those
/// hashes that a test has had written somewhere on purpose.
public enum Secrets {
    /// The password in every connection string. The servers of the tests ask for none, so all that it can do is to turn up where it must not.
    static let password: String = {
        let password = "Pw" + UUID().uuidString.filter { $0 != "-" }
        note(password: password)
        return password
    }()

    /// How much of a token may be shown.
    private static let shownLength = 16
    /// What a token looks like.
    private static let length = 54
    /// A shorter piece of a hash could be found by chance.
    private static let leastRawLength = 8

    /// Writes down a token: what may not be shown of it, where it is long enough to be found, and its SHA-256.
    public static func note(token: String) {
        if token.hasPrefix("debrief_"), token.utf8.count == length { add(Data(token.utf8.dropFirst(shownLength)), to: "tokens") }
        for form in forms(ofHashOf: token) { add(form, to: "hashes") }
    }

    /// Writes down a password.
    public static func note(password: String) { add(Data(password.utf8), to: "passwords") }

    /// Writes down each token that a text holds.
    static func note(tokensIn text: String) {
        for match in text.matches(of: /debrief_[0-9A-Za-z]{46}/) { note(token: String(match.output)) }
    }

    /// A test has a server log the parameters of every statement, and this token's hash is one.
    public static func allow(hashOf token: String) {
        for form in forms(ofHashOf: token) { add(form, to: "allowed") }
    }

    /// The SHA-256 in hexadecimal, in base64 for files and for addresses, and as it is: as much of that as has no end of a line in it, since that is
    /// how what is searched for is told apart.
    private static func forms(ofHashOf token: String) -> [Data] {
        let hash = SHA256(of: Array(token.utf8).span)
        let bytes = Data(hash.bytes.indices.map { hash.bytes[$0] })
        let base64 = bytes.base64EncodedString().replacing("=", with: "")
        let forAddresses = base64.replacing("+", with: "-").replacing("/", with: "_")
        let raw = bytes.split(whereSeparator: { $0 == 10 || $0 == 0 }).max { $0.count < $1.count } ?? Data()
        return [hash.hexadecimal, hash.hexadecimal.uppercased(), base64, forAddresses].map { Data($0.utf8) }
            + (raw.count < leastRawLength ? [] : [Data(raw)])
    }

    private static func add(_ secret: Data, to kind: String) { RunFile.named("secrets/\(kind)").append(secret + [10]) }
}

/// A file in the run's folder that tests write to at the same time: one write a piece, each at the end.
final class RunFile: Sendable {
    private static let files = Mutex<[String: RunFile]>([:])

    private let descriptor: CInt

    private init(_ name: String) {
        let path = "\(Run.folder)/\(name)"
        // There is one already where another file is in it.
        mkdir((path as NSString).deletingLastPathComponent, 0o700)
        descriptor = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o600)
        precondition(descriptor >= 0, "cannot write to \(path): errno \(errno)")
    }

    /// The file of that name, made at its first use and open to the end of the process.
    static func named(_ name: String) -> RunFile {
        files.withLock { files in
            if let file = files[name] { return file }
            let file = RunFile(name)
            files[name] = file
            return file
        }
    }

    /// Adds a piece.
    func append(_ piece: Data) {
        let written = piece.withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
        precondition(written == piece.count, "cannot write to the run's folder: errno \(errno)")
    }
}
