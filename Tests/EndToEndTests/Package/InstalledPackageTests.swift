import Foundation
import Support
import Testing

@Suite("The Debian package on a fresh Debian with systemd", .enabled(if: Run.isRoot && !Run.isSanitized))
struct InstalledPackageTests {
    /// One story, since each part of it needs the one before.
    @Test("is set up, serves, is upgraded and restarted under load without losing a request, removed, and purged without a trace")
    func life() throws {
        let place = try PackagedPlace()
        try install(place)
        try serve(place)
        try changeSettings(place)
        try upgrade(place)
        try upgradeInVain(place)
        try restart(place)
        let logs = try place.keepLogs()
        #expect(logs.contains("started") && !logs.contains(place.token))
        try remove(place)
        try purge(place)
    }

    /// apt finds what the package depends on; nobody starts what has no settings yet.
    private func install(_ place: PackagedPlace) throws {
        let machine = place.machine
        try place.install(DebianPackage.shared(), from: "/srv/package")
        let states = try machine.shell("dpkg-query --show --showformat='${db:Status-Status}\\n' debrief libfcgi0ldbl libpq5 libssl3")
        #expect(states == "installed\ninstalled\ninstalled\ninstalled")
        for unit in ["debrief.service", "debrief.socket"] {
            #expect(try machine.run("systemctl", "is-enabled", unit).output == "disabled\n")
            #expect(try machine.run("systemctl", "is-active", unit).output == "inactive\n")
        }
        let verified = try machine.run("systemd-analyze", "verify", "--man=no", "debrief.service", "debrief.socket")
        #expect(verified.status == 0 && verified.output.isEmpty && verified.errors.isEmpty, "\(verified)")

        let paths = "\(PackagedPlace.settings) /run/debrief /var/log/debrief /usr/bin/debrief"
        #expect(
            try machine.shell("stat --format='%U:%G %a' \(paths)")
                == "root:debrief 640\ndebrief:debrief 755\ndebrief:adm 2750\nroot:root 755"
        )
        #expect(try machine.shell("getent passwd debrief").hasSuffix(":Debrief API:/nonexistent:/usr/sbin/nologin"))
    }

    /// README.Debian, step by step. Without a certificate nginx goes on with what it has.
    private func serve(_ place: PackagedPlace) throws {
        let machine = place.machine
        try place.startService()
        #expect(try place.property("ActiveState") == "active")
        #expect(try machine.shell("stat --format='%U:%G %a' /run/debrief.sock") == "debrief:www-data 660")
        #expect(try machine.shell("stat --format=%U /proc/\(place.mainPID())") == "debrief")

        try place.editSite()
        try place.enableSite()
        #expect(try machine.run("nginx", "-t").errors.contains("cannot load certificate"))
        _ = try machine.run("systemctl", "reload", "nginx")
        #expect(try place.statusOfOtherSite() == "200")

        let certificate = try place.makeCertificate()
        try place.listenAtSocket()
        try machine.shell("nginx -t 2>&1 && systemctl reload nginx")
        try eventually { FileManager.default.fileExists(atPath: machine.path(PackagedPlace.http)) }
        try eventually { try place.status(trusting: certificate) == "200" }
        #expect(try place.statusOfOtherSite() == "200")
    }

    /// A reload by systemd, and logrotate's.
    private func changeSettings(_ place: PackagedPlace) throws {
        let machine = place.machine
        let load = try CallLoad(place.client, token: place.token)
        try place.set("DEBRIEF_LOG", "/var/log/debrief/debrief.log")
        try place.set("DEBRIEF_WORKERS", "3")
        try machine.shell("systemctl reload debrief")
        try load.serve(20)
        let path = machine.path("/var/log/debrief/debrief.log")
        let size = { try FileManager.default.attributesOfItem(atPath: path)[.size] as? Int ?? 0 }
        #expect(try size() > 0)
        try machine.shell("logrotate --force --state /run/logrotate /etc/logrotate.d/debrief")
        try load.serve(20)
        try eventually { try size() > 0 }
        #expect(FileManager.default.fileExists(atPath: "\(path).1"))
        #expect(try load.stop() == [])
    }

    /// A later version takes over, and systemd knows by which process.
    private func upgrade(_ place: PackagedPlace) throws {
        let machine = place.machine
        let former = try place.mainPID()
        let load = try CallLoad(place.client, token: place.token)
        try load.serve(20)
        let said = try place.install(DebianPackage.later(), from: "/srv/later")
        let during = load.count
        #expect(said.contains("upgraded: 3 of 3 new workers ready"), "\(said)")
        try eventually { try place.mainPID() != former && !FileManager.default.fileExists(atPath: machine.path("/proc/\(former)")) }
        #expect(try machine.shell("cat /run/debrief/debrief.pid") == place.mainPID())
        try load.serve(20)
        #expect(try load.stop() == [])
        #expect(try machine.shell("dpkg-query --show --showformat='${Version}' debrief").hasSuffix(DebianPackage.laterSuffix))
        #expect(try place.property("ActiveState") == "active" && place.property("NRestarts") == "0")
        #expect(try machine.shell("grep -c rate=10000r /etc/debrief/nginx/debrief.conf") == "3")

        // The new one is the service in every respect.
        try machine.shell("systemctl reload debrief")
        Run.report("package: \(during) calls answered until the upgrade was done, \(load.count) in all, none lost")
    }

    /// A version that cannot serve: here, by settings that make no sense.
    private func upgradeInVain(_ place: PackagedPlace) throws {
        let machine = place.machine
        let former = try place.mainPID()
        let load = try CallLoad(place.client, token: place.token)
        try place.set("DEBRIEF_WORKERS", "many")
        let said = try machine.shell("dpkg --install /srv/later/\(DebianPackage.later().name) 2>&1")
        #expect(said.contains("exit 64") && said.contains("the version before is still served"), "\(said)")
        try place.set("DEBRIEF_WORKERS", "3")
        try load.serve(20)
        #expect(try load.stop() == [])
        #expect(try place.mainPID() == former)
    }

    /// Calls wait in systemd's socket while there is no master.
    private func restart(_ place: PackagedPlace) throws {
        let former = try place.mainPID()
        let load = try CallLoad(place.client, token: place.token)
        try place.machine.shell("systemctl restart debrief")
        try load.serve(20)
        #expect(try load.stop() == [])
        #expect(try place.mainPID() != former)
    }

    /// The settings stay, and nginx can be started without the service.
    private func remove(_ place: PackagedPlace) throws {
        let machine = place.machine
        try machine.shell("apt-get remove --yes debrief")
        #expect(try place.property("ActiveState") == "inactive")
        #expect(try machine.shell("find /proc -maxdepth 1 -user debrief").isEmpty)
        #expect(try place.client.get("sessions", token: place.token).status == 503)
        #expect(FileManager.default.fileExists(atPath: machine.path(PackagedPlace.settings)))
        try machine.shell("nginx -t 2>&1 && systemctl restart nginx")
    }

    /// Nothing but the account is left, and nginx can be started without the site.
    private func purge(_ place: PackagedPlace) throws {
        let machine = place.machine
        try machine.shell("rm -r /etc/nginx/conf.d/test.conf /etc/letsencrypt")
        try machine.shell("apt-get purge --yes debrief && apt-get autoremove --yes --purge")
        #expect(try place.filesLeft() == [])
        try machine.shell("nginx -t 2>&1 && systemctl restart nginx")
        #expect(try place.statusOfOtherSite() == "200")
        #expect(try machine.run("getent", "passwd", "debrief").status == 0)
        #expect(try machine.run("systemctl", "cat", "debrief.service", "debrief.socket").status == 1)
    }
}
