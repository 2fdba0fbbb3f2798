/// Whether the nginx that is installed on this machine has the fixes without which it should not stand before an API.
///
/// A wrong request can do harm before any worker sees it. What counts are holes that this site's configuration is open to: it speaks HTTP/2, it maps
/// by regular expressions, it takes request bodies and limits them, and it evaluates strings for headers and logs.
public enum NginxVersion: Equatable, Sendable {
    /// There is none here; it may be another machine's.
    case absent
    /// It has the fixes.
    case fixed(String)
    /// It has not; with what to do.
    case outdated(String, advice: String)
    /// Whether it has them, its version does not say; with what to do.
    case unknown(String, advice: String)

    /// How long Debian's packages may take to answer, and each nginx. They take some milliseconds, more where a machine is busy.
    public struct Patience: Sendable {
        fileprivate let packagesMilliseconds: Int
        fileprivate let nginxMilliseconds: Int

        /// In all less than an operator's process may be silent.
        static let ofOperator = Patience(packagesMilliseconds: 2_000, nginxMilliseconds: 500)
        /// Of a command that somebody waits for.
        public static let ofCommand = Patience(packagesMilliseconds: 10_000, nginxMilliseconds: 10_000)
    }

    /// Asks Debian's packages, and where nginx is none of them, nginx itself.
    public static func ofThisMachine(_ patience: Patience) -> NginxVersion {
        let names = ["nginx", "nginx-core", "nginx-light", "nginx-full", "nginx-extras"]
        let query = ["dpkg-query", "--show", "--showformat=${db:Status-Status} ${Version}\n"] + names
        let packages = Program.output(of: query, milliseconds: patience.packagesMilliseconds)
        // nginx itself does not know what Debian has brought into it.
        if packages == nil, FileIdentity("/var/lib/dpkg/status") != nil { return .unknown("nginx", advice: "dpkg-query does not answer") }
        // All of them are built from one source. It exits with 1 where some are not known.
        if let installed = packages?.text.split(separator: "\n").first(where: { $0.hasPrefix("installed ") }) {
            return NginxVersion(package: String(installed.dropFirst("installed ".count)))
        }
        for program in ["nginx", "/usr/sbin/nginx", "/usr/local/sbin/nginx", "/usr/local/nginx/sbin/nginx"] {
            guard let said = Program.output(of: [program, "-v"], milliseconds: patience.nginxMilliseconds), said.status == 0 else { continue }
            // As in "nginx version: nginx/1.30.7 (Ubuntu)".
            guard let version = said.text.split(separator: "nginx/").dropFirst().first else { continue }
            return NginxVersion(upstream: String(version.prefix { !$0.isWhitespace }), named: nil, isPatched: said.text.contains("("))
        }
        return .absent
    }

    /// Judges the version of a package.
    ///
    /// Debian keeps 1.22.1 and brings fixes into it. `+deb12u10` has that of CVE-2026-42533, a buffer that a map with a regular expression overflows;
    /// `+deb12u11` those of November 2026: CVE-2026-123633 and CVE-2026-123007 (HTTP/2 connections and flow control), CVE-2026-118899 (request
    /// bodies), CVE-2026-93479 (strings of headers and logs), and the limits on HTTP/2 streams against CVE-2023-44487.
    init(package version: String) {
        let debian = "1.22.1-9"
        guard version == debian || version.hasPrefix("\(debian)+") || version.hasPrefix("\(debian)~") else {
            // As nginx.org names its own packages: 1.30.7-1~bookworm.
            let revision = version.split(separator: "~")
            let isOfNginx = revision.count == 2 && revision[1].allSatisfy(\.isLetter)
            self = NginxVersion(upstream: String(version.prefix { $0.isNumber || $0 == "." }), named: version, isPatched: !isOfNginx)
            return
        }
        let update = version.split(separator: "+deb12u").dropFirst().first.flatMap { Int($0.prefix(while: \.isNumber)) } ?? 0
        self =
            update >= Self.debianUpdate
            ? .fixed(version)
            : .outdated(version, advice: "apt-get install --only-upgrade nginx, to \(debian)+deb12u\(Self.debianUpdate) or later, and restart nginx")
    }

    private static let debianUpdate = 11

    /// Judges a version of nginx's own.
    ///
    /// The stable branch has all of those fixes since 1.30.7. The mainline has that of CVE-2026-42533 since 1.31.3, and the others in a version that
    /// is not known here.
    ///
    /// - Parameters:
    ///   - version: such as `1.30.7`.
    ///   - name: how to call it, where it is not by that.
    ///   - isPatched: whether a distribution made it, which may have brought fixes into an older version.
    init(upstream version: String, named name: String?, isPatched: Bool) {
        let name = name ?? version
        let numbers = version.split(separator: ".").map { Int($0) ?? 0 }
        let isAtLeast = { (least: [Int]) in !numbers.lexicographicallyPrecedes(least) }
        let advisories = "compare it with https://nginx.org/en/security_advisories.html"
        if isAtLeast([1, 30, 7]) && !isAtLeast([1, 31]) || isAtLeast([1, 32]) {
            self = .fixed(name)
        } else if isAtLeast([1, 31, 3]) {
            self = .unknown(name, advice: advisories)
        } else if isPatched {
            self = .unknown(name, advice: "see whether your distribution has brought the fix of CVE-2026-123633 into it")
        } else {
            self = .outdated(name, advice: "install the stable 1.30.7 or later, and restart nginx")
        }
    }

    /// What an admin should be told, where it is outdated.
    public var fault: String? {
        guard case .outdated(let version, let advice) = self else { return nil }
        return "\(version) has known holes; \(advice)"
    }
}
