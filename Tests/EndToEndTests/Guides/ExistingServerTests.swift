import Foundation
import Support
import Testing

@Suite("The README's guide to an existing PostgreSQL")
struct ExistingServerTests {
    /// What a host has on which the guide is followed: the installed program, and the folders that it names.
    private struct Host {
        let folder = Run.makeFolder("host", for: .invoker)

        init(trusting certificate: String) throws {
            try Run.makeFolder(at: "\(folder)/etc", for: .invoker)
            try Run.makeFolder(at: "\(folder)/run", for: .debrief)
            try Run.makeFolder(at: "\(folder)/nginx", for: .nginx)
            try FileManager.default.createDirectory(atPath: "\(folder)/opt/bin", withIntermediateDirectories: true)
            try Executable.copy(Run.binary, to: "\(folder)/opt/bin/debrief")
            try FileManager.default.createSymbolicLink(atPath: "\(folder)/opt/migrations", withDestinationPath: "\(Run.repository)/migrations")
            try certificate.write(toFile: "\(folder)/etc/root.pem", atomically: false, encoding: .utf8)
        }

        /// In the place of systemd: starts what the unit starts, as its account, and without the caller's environment.
        var systemctl: String {
            let program = (Account.debrief.prefix + ["\(folder)/opt/bin/debrief"]).joined(separator: " ")
            return """
                pool=
                trap '[ -z "$pool" ] || { kill "$pool" && wait "$pool"; } || true' EXIT
                systemctl() {
                    env -i PATH="$PATH" \(program) serve --config \(folder)/etc/debrief.conf </dev/null >\(folder)/run/debrief.log 2>&1 &
                    pool=$!
                    for _ in {1..200}; do [ ! -S \(folder)/run/debrief.sock ] || return 0; sleep 0.05; done
                    cat \(folder)/run/debrief.log >&2
                    return 1
                }
                """
        }

        /// Where the tests have no root, there is one account.
        var replacements: [(String, String)] {
            [("/etc/debrief/", "\(folder)/etc/"), ("/run/debrief/", "\(folder)/run/"), ("/run/debrief.sock", "\(folder)/run/debrief.sock")]
                + (Run.isRoot
                    ? []
                    : [
                        ("install -m 640 -g debrief", "install -m 600"), ("install -m 600 -o debrief -g debrief", "install -m 600"),
                        ("runuser -u debrief -- ", ""),
                    ])
        }
    }

    @Test("leads from an empty server over TLS, whose admin is no superuser, to the first answer; the password is in no log of it")
    func guide() throws {
        let server = try ManagedServer()
        defer { try? server.cluster.stop() }
        let host = try Host(trusting: server.rootCertificate)
        // Its passwords are where the guide puts them.
        defer { try? FileManager.default.removeItem(atPath: host.folder) }

        let port = try freePorts(1)[0]
        try NginxSite().render(
            into: "\(host.folder)/nginx",
            listen: "127.0.0.1:\(port)",
            socket: "unix:\(host.folder)/run/debrief.sock",
            folder: "\(host.folder)/nginx"
        )
        let nginx = try ChildProcess(
            ["/usr/sbin/nginx", "-p", "\(host.folder)/nginx/", "-e", "stderr", "-c", "\(host.folder)/nginx/nginx.conf"],
            as: .nginx,
            output: "\(host.folder)/nginx.out"
        )
        try eventually { (try? Socket("127.0.0.1:\(port)")) != nil || nginx.hasEnded }
        try #require(!nginx.hasEnded, "\(nginx.output)")

        let replacements = [
            ("db.example.com", ManagedServer.host), ("5432", "\(server.port)"), ("https://api.example.com", "http://127.0.0.1:\(port)"),
        ]
        try Guide("### An existing PostgreSQL").follow(prelude: host.systemctl, replacements: replacements + host.replacements) { script in
            try run(
                ["/bin/bash", "-c", script],
                environment: ["HOME": host.folder, "PATH": "\(host.folder)/opt/bin:/usr/sbin:/usr/bin:/sbin:/bin"],
                input: "\(server.password)\n"
            )
        }
        try expectSecrecy(server, host)
    }

    private func expectSecrecy(_ server: ManagedServer, _ host: Host) throws {
        let password = try String(contentsOfFile: "\(host.folder)/etc/password", encoding: .utf8).trimmingCharacters(in: .newlines)
        Secrets.note(password: password)
        #expect(password.count == 64)
        // The statement was logged, and has a hash.
        let logged = "ALTER USER debrief_api PASSWORD 'SCRAM-SHA-256$"
        #expect(server.cluster.log.contains(logged) && !server.cluster.log.contains(password), "\(server.cluster.log)")
        #expect(try FileManager.default.attributesOfItem(atPath: "\(host.folder)/.pgpass")[.posixPermissions] as? Int == 0o600)
        let superuser = try server.cluster.superuser()
        #expect(try superuser.value("select rolsuper::text from pg_roles where rolname = 'debrief_api'") == "false")
        #expect(try superuser.value("select string_agg(rolname, ',') from pg_roles where rolsuper and rolname not like 'pg_%'") == "postgres")
        // Nobody is let in by a password without TLS.
        let plain = "host=\(ManagedServer.host) port=\(server.port) dbname=debrief user=\(ManagedServer.admin) sslmode=disable"
        let refused = try run(
            [Run.binary, "tenant", "list"],
            environment: ["DEBRIEF_ADMIN_DATABASE": plain, "PGPASSFILE": "\(host.folder)/.pgpass"]
        )
        #expect(refused.status == 1 && refused.errors.contains("pg_hba.conf rejects"), "\(refused)")
    }
}
