import Foundation

/// What nginx serves of the files in `nginx/`: the plain site as `scripts/up` has it, or the one over TLS that a web host installs.
public struct NginxSite: Sendable {
    /// The host name of the site over TLS.
    public static let name = "debrief.test"

    /// Whether it is the site over TLS.
    public var isTLS = false
    /// Requests a second for a token; 0 is no limit. The burst is twice as much, as in `scripts/up`.
    public var rate = 0
    /// Requests a second for an address; 0 is no limit.
    public var addressRate = 0
    /// The addresses that are believed what they say of a client's, as nginx writes them; `unix:` is all that come by a Unix socket.
    public var trustedProxies: [String] = []
    /// The memory of each rate limit.
    public var zoneSize = "10m"
    /// The folder of its documents; nil for those that the binary under test writes.
    public var documents: String?

    /// A port of 127.0.0.1 where the plain site listens, too: for programs that know nothing of Unix sockets.
    public var port: UInt16?

    /// The plain site, without limits.
    public init() {}

    /// The plain site, without limits, at a port, too.
    public static func atPort() throws -> NginxSite {
        var site = NginxSite()
        site.port = try freePorts(1)[0]
        return site
    }

    /// The site over TLS, without limits.
    public static var tls: NginxSite {
        var site = NginxSite()
        site.isTLS = true
        return site
    }

    /// The folder of the documents as the binary under test writes them.
    public static let documents = Result {
        let folder = Run.makeFolder("www", for: .invoker)
        let written = try run([Run.binary, "docs", folder])
        guard written.status == 0 else { throw ChildProcess.Failure(description: "debrief docs: \(written.errors)") }
        return folder
    }

    /// Writes nginx's configuration into a folder.
    ///
    /// - Parameters:
    ///   - listen: the site's address.
    ///   - socket: the workers'.
    ///   - folder: where the operator's two sockets and that for plain HTTP are.
    public func render(into home: String, listen: String, socket: String, folder: String) throws {
        for name in try FileManager.default.contentsOfDirectory(atPath: "\(Run.repository)/nginx") where name.hasSuffix(".conf") {
            let port = port.map { "; listen 127.0.0.1:\($0)" } ?? ""
            let text = try String(contentsOfFile: "\(Run.repository)/nginx/\(name)", encoding: .utf8)
                .replacing("@LISTEN@", with: listen + port).replacing("@SOCKET@", with: socket)
                .replacing("@OPERATOR_LISTEN@", with: "unix:\(folder)/operator-http.sock")
                .replacing("@OPERATOR_SOCKET@", with: "unix:\(folder)/operator.sock")
                .replacing("@DOCS@", with: try documents ?? Self.documents.get())
                .replacing("include debrief-plain.conf", with: "include debrief-\(isTLS ? "tls" : "plain").conf")
            let lines = text.split(separator: "\n", omittingEmptySubsequences: false).compactMap { line in
                secure(String(line), home: home, listen: listen, plain: "unix:\(folder)/plain.sock").flatMap(limit)
            }
            try lines.joined(separator: "\n").write(toFile: "\(home)/\(name)", atomically: false, encoding: .utf8)
        }
        let trusted = trustedProxies.map { "set_real_ip_from \($0);\n" }.joined()
        let path = "\(home)/debrief-proxy.conf"
        try (try String(contentsOfFile: path, encoding: .utf8) + trusted).write(toFile: path, atomically: false, encoding: .utf8)
    }

    /// A line of the site over TLS with its addresses, its name and its certificates; of these two, an RSA one for the ciphers that need it. Without
    /// IPv6 and the machine's own logs.
    private func secure(_ line: String, home: String, listen: String, plain: String) -> String? {
        guard !line.contains("listen [::]:"), !line.contains("include debrief-logs.conf") else { return nil }
        let line = line.replacing("listen 443 ", with: "listen \(listen) ").replacing("listen 80;", with: "listen \(plain);")
            .replacing("/etc/letsencrypt/live/@NAME@", with: home).replacing("@NAME@", with: Self.name)
            .replacing("/var/www/letsencrypt", with: "\(home)/acme")
        return line.contains("\(home)/") && line.contains("ssl_certificate") ? line + line.replacing(".pem", with: "-rsa.pem") : line
    }

    /// A line with its rate limit, or nothing where the line is a limit that is off.
    private func limit(_ line: String) -> String? {
        for (zone, rate) in [("token", rate), ("stranger", addressRate), ("address", addressRate * 10)] {
            if rate == 0 && line.contains("limit_req zone=debrief_\(zone) ") { return nil }
            if addressRate == 0 && line.hasPrefix("limit_conn debrief_connections ") { return nil }
            guard rate > 0, line.contains("zone=debrief_\(zone):") || line.contains("zone=debrief_\(zone) ") else { continue }
            return line.replacing(/rate=[0-9]+/, with: "rate=\(rate)").replacing(/burst=[0-9]+/, with: "burst=\(2 * rate)")
                .replacing(":10m", with: ":\(zoneSize)")
        }
        return line
    }

    /// Makes the two certificates that a site over TLS has, and their keys, which belong to nginx's account.
    public static func makeCertificates(in home: String) throws {
        let kinds = [("", ["ec", "-pkeyopt", "ec_paramgen_curve:prime256v1"]), ("-rsa", ["rsa:2048"])]
        for (suffix, kind) in kinds {
            let (key, certificate) = ("\(home)/privkey\(suffix).pem", "\(home)/fullchain\(suffix).pem")
            let made = try run(
                ["/usr/bin/openssl", "req", "-x509", "-noenc", "-days", "2", "-subj", "/CN=\(name)", "-addext", "subjectAltName=DNS:\(name)"]
                    + ["-keyout", key, "-out", certificate, "-newkey"] + kind
            )
            guard made.status == 0 else { throw ChildProcess.Failure(description: "openssl: \(made.errors)") }
            if Run.isRoot, let nginx = Account.nginx.ids { chown(key, nginx.user, nginx.group) }
        }
    }
}
