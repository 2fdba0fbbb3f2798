import Foundation
import Support

/// A PostgreSQL server as a provider gives one: over TCP with TLS, by password, and with an admin who makes databases and roles and is no superuser.
struct ManagedServer {
    /// The name that its certificate is for.
    static let host = "localhost"
    static let admin = "dbadmin"

    let cluster: Cluster
    let port: UInt16
    let password: String
    /// The certificate to trust.
    let rootCertificate: String

    init() throws {
        let folder = Run.makeFolder("tls", for: .invoker)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        // Signed by itself, so it is its own authority.
        let made = try run(
            ["/usr/bin/openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2"]
                + ["-subj", "/CN=\(Self.host)", "-addext", "subjectAltName=DNS:\(Self.host)", "-keyout", "\(folder)/key", "-out", "\(folder)/crt"]
        )
        guard made.status == 0 else { throw ChildProcess.Failure(description: "openssl: \(made.errors)") }
        rootCertificate = try String(contentsOfFile: "\(folder)/crt", encoding: .utf8)
        port = try freePorts(1)[0]
        cluster = try Cluster(
            migrated: false,
            options: Cluster.Options(
                port: port,
                settings: ["listen_addresses": Self.host, "ssl": "on", "log_statement": "ddl"],
                access: ["hostssl all all 127.0.0.1/32 scram-sha-256", "hostssl all all ::1/128 scram-sha-256", "host all all all reject"],
                files: ["server.crt": rootCertificate, "server.key": try String(contentsOfFile: "\(folder)/key", encoding: .utf8)]
            )
        )
        password = "Pw" + UUID().uuidString.filter { $0 != "-" }
        Secrets.note(password: password)
        let superuser = try cluster.superuser()
        // The one statement that has it.
        try superuser.sql("set log_statement = 'none'")
        try superuser.sql("create role \(Self.admin) login createdb createrole password '\(password)'")
    }
}
