import Foundation
import Support

/// An authority, and certificates of servers, good and bad, as openssl makes them.
struct Certificates {
    static let shared = Swift.Result { try Certificates() }

    /// What is to be wrong with one.
    enum Kind: String, CaseIterable {
        case right
        /// Of no authority.
        case selfSigned
        /// For another server.
        case otherName
        /// Of the authority, but over since yesterday.
        case expired

        /// What libpq says of it.
        var fault: String {
            switch self {
            case .right: ""
            case .selfSigned: "certificate verify failed"
            case .otherName: "does not match host name"
            case .expired: "certificate verify failed"
            }
        }
    }

    struct Made {
        let certificate: String
        let key: String
    }

    private let folder: String
    /// The authority's certificate, for whoever is to trust it.
    let authority: String

    private init() throws {
        folder = Run.makeFolder("tls", for: .debrief)
        authority = "\(folder)/ca.crt"
        try openssl("req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 30 -subj /CN=authority -keyout ca.key -out ca.crt")
        chmod(authority, 0o644)
    }

    func make(_ kind: Kind) throws -> Made {
        let name = kind == .otherName ? "other.debrief.test" : WiredSite.serverName
        let extensions = "-addext subjectAltName=DNS:\(name) -addext basicConstraints=critical,CA:FALSE"
        let new = "-newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -subj /CN=\(name) \(extensions) -keyout \(kind).key"
        if kind == .selfSigned {
            try openssl("req -x509 -days 30 \(new) -out \(kind).crt")
        } else {
            try openssl("req \(new) -out \(kind).csr")
            let past = kind == .expired ? Clock.started(days: -10) : [:]
            let days = kind == .expired ? 9 : 30
            let signing = "-CA ca.crt -CAkey ca.key -CAcreateserial -copy_extensions copy"
            try openssl("x509 -req -days \(days) -in \(kind).csr \(signing) -out \(kind).crt", environment: past)
        }
        func text(_ suffix: String) throws -> String { try String(contentsOfFile: "\(folder)/\(kind).\(suffix)", encoding: .utf8) }
        return Made(certificate: try text("crt"), key: try text("key"))
    }

    private func openssl(_ words: String, environment: [String: String] = [:]) throws {
        let (status, _, errors) = try run(["/bin/sh", "-ec", "cd \(folder); openssl \(words)"], environment: environment)
        guard status == 0 else { throw ChildProcess.Failure(description: "openssl \(words): \(errors)") }
    }
}
