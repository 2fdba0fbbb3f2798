import Foundation
import Support
import Testing

/// A machine on which the package is installed from nothing, beside an nginx that serves already, with the tests' PostgreSQL within reach.
struct PackagedPlace {
    static let settings = "/etc/debrief/debrief.conf"
    static let http = "/run/http.sock"

    let machine: DebianMachine
    let database: Database
    /// The demo tenant's, with all scopes.
    let token: String
    /// Every file before the package came.
    private let filesBefore: Set<Substring>

    private static let postgres = "/srv/postgresql"

    init() throws {
        database = try Cluster.shared.get().makeDatabase()
        token = try database.makeToken(tenant: database.demoTenant())
        machine = try DebianMachine(sharing: [
            Self.postgres: try Cluster.shared.get().socketFolder, "/srv/package": try DebianPackage.shared().folder,
            "/srv/later": try DebianPackage.later().folder,
        ])
        try machine.shell("apt-get install --yes --no-install-recommends nginx")
        filesBefore = try Self.files(machine)
    }

    /// Every file but what apt and dpkg keep of their work, and what any change of accounts leaves.
    private static func files(_ machine: DebianMachine) throws -> Set<Substring> {
        let skipped = ["/var/cache", "/var/lib/apt", "/var/lib/dpkg", "/var/log/apt", "/srv"].map { "-path \($0) -prune -o" }
        let all = try machine.shell("find / -xdev \(skipped.joined(separator: " ")) -print; find /run/debrief /tmp || true")
        return Set(all.split(separator: "\n").filter { !$0.contains(/^\/etc\/(\.pwd\.lock|(passwd|group|shadow|gshadow)-)$/) })
    }

    /// What is there that was not before.
    func filesLeft() throws -> [Substring] { try Self.files(machine).subtracting(filesBefore).sorted() }

    /// A client of nginx, at a socket that the test has it listen at, too.
    var client: Client { Client(socket: machine.path(Self.http)) }

    /// systemd's word about the service.
    func property(_ name: String) throws -> String { try machine.shell("systemctl show --property=\(name) --value debrief.service") }

    func mainPID() throws -> String { try property("MainPID") }

    /// Sets a setting, in the line that has it in comments or already.
    func set(_ name: String, _ value: String) throws {
        let line = try Regex("(?m)^#?\(name)=.*$")
        try machine.edit(Self.settings) { $0.replacing(line, with: "\(name)=\(value)") }
    }

    /// How the machine reaches the database.
    func conninfo(user: String) throws -> String {
        database.conninfo(user: user).replacing(try Cluster.shared.get().socketFolder, with: Self.postgres)
    }

    /// Keeps what the machine has logged, for the search for secrets at the end of the run, and returns it.
    func keepLogs() throws -> String {
        let logs = try machine.shell("journalctl --output=cat --unit=debrief.service; cat /var/log/debrief/* /var/log/nginx/* /var/log/apt/term.log")
        try logs.write(toFile: "\(Run.makeFolder("machine-logs", for: .invoker))/logs", atomically: false, encoding: .utf8)
        return logs
    }
}

// MARK: - Setting it up, as README.Debian says

extension PackagedPlace {
    /// Installs a package by apt, which finds what it depends on; returns what was said.
    @discardableResult
    func install(_ package: DebianPackage, from folder: String) throws -> String {
        try machine.shell("apt-get install --yes --no-install-recommends \(folder)/\(package.name) 2>&1", seconds: 120)
    }

    /// Names the database, has it checked, and starts the service.
    func startService() throws {
        try set("DEBRIEF_DATABASE", conninfo(user: "debrief_api"))
        try set("DEBRIEF_ADMIN_DATABASE", conninfo(user: "postgres"))
        try set("DEBRIEF_WORKERS", "2")
        try machine.shell("debrief migrate status --config \(Self.settings)")
        let checked = try machine.run("runuser", "-u", "debrief", "--", "debrief", "check", "--config", Self.settings)
        #expect(checked.status == 0 && !checked.output.contains(/(?m)^fail/), "\(checked)")
        try machine.shell("systemctl enable --now debrief")
    }

    /// Gives the site its name, and lifts the limits of requests, as an admin's edits that have to stay.
    func editSite() throws {
        try machine.edit("/etc/debrief/nginx/debrief-tls.conf") { $0.replacing("@NAME@", with: NginxSite.name) }
        try machine.edit("/etc/debrief/nginx/debrief.conf") { $0.replacing(/rate=1000?r/, with: "rate=10000r") }
    }

    /// The links that enable it.
    func enableSite() throws {
        try machine.shell(
            """
            ln -s /etc/debrief/nginx/debrief.conf /etc/nginx/conf.d/
            ln -s /etc/debrief/nginx/debrief-tls.conf /etc/nginx/sites-enabled/debrief
            """
        )
    }

    /// A certificate where certbot puts it; the path of what to trust.
    func makeCertificate() throws -> String {
        let folder = Run.makeFolder("certificate", for: .invoker)
        try NginxSite.makeCertificates(in: folder)
        let live = "/etc/letsencrypt/live/\(NginxSite.name)"
        try machine.shell("mkdir -p \(live)")
        for name in ["fullchain.pem", "privkey.pem"] {
            try FileManager.default.copyItem(atPath: "\(folder)/\(name)", toPath: machine.path("\(live)/\(name)"))
        }
        return "\(folder)/fullchain.pem"
    }

    /// Has nginx listen at a socket, too, where a test can ask as often as it wants.
    func listenAtSocket() throws {
        let server = "server { listen unix:\(Self.http); include /etc/debrief/nginx/debrief-site.conf; }\n"
        try server.write(toFile: machine.path("/etc/nginx/conf.d/test.conf"), atomically: false, encoding: .utf8)
    }

    /// The status of a call as an integrator makes it, over TLS.
    func status(trusting certificate: String) throws -> String {
        let address = "https://\(NginxSite.name)/api/v1/sessions?limit=1"
        let words = ["-qsS", "--noproxy", "*", "--resolve", "\(NginxSite.name):443:127.0.0.1", "--cacert", certificate, "-H", "@-"]
        let called = try machine.runInNetwork(
            ["/usr/bin/curl"] + words + ["-o", "/dev/null", "-w", "%{http_code}", address],
            input: "Authorization: Bearer \(token)\n"
        )
        return called.output + called.errors
    }

    /// The status of nginx's own page.
    func statusOfOtherSite() throws -> String {
        try machine.runInNetwork(
            ["/usr/bin/curl", "-qsS", "--noproxy", "*", "-o", "/dev/null", "-w", "%{http_code}", "http://127.0.0.1/"],
            input: ""
        ).output
    }
}
