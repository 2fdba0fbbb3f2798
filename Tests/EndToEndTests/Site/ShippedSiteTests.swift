import Foundation
import Support
import Testing

/// The files in `nginx/` as they are shipped; other tests have other rates and addresses.
@Suite("The site as it is shipped")
struct ShippedSiteTests {
    private static let folder = "\(Run.repository)/nginx"

    @Test("has the rates and the bursts that are documented, and holds no request back")
    func rates() throws {
        let zones = try String(contentsOfFile: "\(Self.folder)/debrief.conf", encoding: .utf8)
        let limits = try String(contentsOfFile: "\(Self.folder)/debrief-rate.conf", encoding: .utf8)
        let found = lines(zones, "limit_req_zone ") + lines(limits, "limit_req ") + lines(limits, "limit_conn ")
        let wanted = [
            "limit_req_zone $debrief_token zone=debrief_token:10m rate=100r/s;",
            "limit_req_zone $debrief_stranger zone=debrief_stranger:10m rate=100r/s;",
            "limit_req_zone $debrief_network zone=debrief_address:10m rate=1000r/s;",
            "limit_req zone=debrief_token burst=200 nodelay;",
            "limit_req zone=debrief_stranger burst=200 nodelay;",
            "limit_req zone=debrief_address burst=2000 nodelay;",
            "limit_conn debrief_connections 200;",
        ]
        #expect(found == wanted)
    }

    /// The addresses are those of the whole machine: nginx tries them, and leaves them.
    @Test(
        "is taken by nginx over TLS once the README's placeholders are filled in",
        .enabled(if: Run.isRoot && FileManager.default.fileExists(atPath: "/proc/net/if_inet6"))
    )
    func configuration() throws {
        let home = Run.makeFolder("shipped", for: .nginx)
        let readme = try String(contentsOfFile: "\(Run.repository)/README.md", encoding: .utf8)
        let script = String(try #require(readme.firstMatch(of: /sed -i '([^']*)' \/etc\/nginx\/debrief\*\.conf/)).1)
        // Where the machine keeps certificates and logs is the one thing else that is not as it is there.
        let places = "s|/etc/letsencrypt/live/api.example.com|\(home)|; s|/var/log/nginx|\(home)|"
        for name in try FileManager.default.contentsOfDirectory(atPath: Self.folder) where name.hasPrefix("debrief") {
            let filled = try run(["/bin/sed", "\(script); \(places)", "\(Self.folder)/\(name)"])
            try filled.output.write(toFile: "\(home)/\(name)", atomically: false, encoding: .utf8)
        }
        try NginxSite.makeCertificates(in: home)
        let temporary = ["client_body", "fastcgi", "proxy", "scgi", "uwsgi"].map { "\($0)_temp_path \(home)/\($0);" }.joined()
        try """
        pid \(home)/nginx.pid;
        events {}
        http { \(temporary) include debrief.conf; include debrief-tls.conf; }
        """.write(toFile: "\(home)/nginx.conf", atomically: false, encoding: .utf8)
        let test = try run(["/usr/sbin/nginx", "-t", "-e", "stderr", "-p", "\(home)/", "-c", "\(home)/nginx.conf"])
        #expect(test.status == 0 && test.errors.contains("test is successful"), "\(test.errors)")
        // Not a word of warning.
        #expect(lines(test.errors, "nginx: [").isEmpty, "\(test.errors)")
    }

    private func lines(_ text: String, _ beginning: String) -> [String] {
        text.split(separator: "\n").map(String.init).filter { $0.hasPrefix(beginning) }
    }
}
