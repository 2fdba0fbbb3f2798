import Foundation
import Support
import Testing

@Suite("check and serve: files, sockets and nginx of the machine")
struct CheckMachineTests {
    private static let sound = Result { try Machine.path(nginx: "1.22.1-9+deb12u11") }

    /// The lines of a check that say more than "ok".
    private func complaints(
        _ database: Database,
        _ environment: [String: String] = [:],
        config: String? = nil
    ) throws -> (status: Int32?, lines: [String]) {
        let settings = try ["PATH": Self.sound.get()].merging(environment) { $1 }
        let check = try database.debrief(["check"] + (config.map { ["--config", $0] } ?? []), environment: settings)
        return (check.status, check.output.split(separator: "\n").map(String.init).filter { !$0.hasPrefix("ok ") })
    }

    private func mode(_ path: String, _ mode: mode_t) { chmod(path, mode) }

    /// A settings file of a mode.
    private func write(_ text: String, _ mode: mode_t) throws -> String {
        let file = "\(Run.makeFolder("settings", for: .invoker))/debrief.conf"
        try text.write(toFile: file, atomically: false, encoding: .utf8)
        chmod(file, mode)
        return file
    }

    @Test(
        "a settings file that everybody may read has no password in it, else check fails and serve refuses, and neither repeats it",
        arguments: [
            ("DEBRIEF_DATABASE='host=/x user=debrief_api password=hunter2'", 0o644, true),
            ("DEBRIEF_DATABASE=\"postgres://debrief_api:hunter2@x/debrief\"", 0o604, true),
            ("DEBRIEF_ADMIN_DATABASE='host=/x sslpassword=hunter2'", 0o644, true),
            // Of what libpq cannot read, nobody knows.
            ("DEBRIEF_DATABASE='password hunter2'", 0o644, true),
            ("DEBRIEF_DATABASE='host=/x password=hunter2'", 0o640, false),
            ("DEBRIEF_DATABASE='host=/x user=password'", 0o644, false),
            ("# password=hunter2", 0o644, false),
        ] as [(String, mode_t, Bool)]
    )
    func password(_ text: String, _ mode: mode_t, _ isGivenAway: Bool) throws {
        let database = try Cluster.shared.get().makeDatabase(demo: false)
        let file = try write(text + "\n", mode)
        // The environment wins, and hides nothing that stands in the file.
        let (status, lines) = try complaints(database, config: file)
        #expect(status == (isGivenAway ? 1 : 0), "\(lines)")
        let fault =
            "everybody on this machine may read \(file), which holds a password; chmod o-r \(file), and let the workers' account read it by its group"
        #expect(lines == (isGivenAway ? ["fail  settings file: \(fault)"] : []))
        guard isGivenAway else { return }
        let socket = "\(Run.makeFolder("sock", for: .invoker))/debrief.sock"
        let serve = try database.debrief(["serve", "--config", file], environment: ["DEBRIEF_LISTEN": socket])
        #expect(serve.status == 64)
        #expect(serve.errors == "debrief: \(fault)\n")
    }

    @Test("a reload from a file that gives a password away is refused, and the old workers serve on")
    func reload() throws {
        let database = try Cluster.shared.get().makeDatabase(demo: false)
        let deployment = try Deployment(database)
        let workers = deployment.workers
        try deployment.change(settings: ["DEBRIEF_DATABASE": database.conninfo(user: "debrief_api") + " password=hunter2"])
        mode("\(deployment.folder)/settings", 0o644)
        let (status, _, errors) = try deployment.command("reload")
        #expect(status == 1)
        #expect(errors.contains("everybody on this machine may read ") && errors.contains("chmod o-r ") && !errors.contains("hunter2"), "\(errors)")
        #expect(deployment.workers == workers)
        #expect(try deployment.client.get("users").status == 401)
    }

    @Test("a settings file that everybody may write is refused, whatever it holds")
    func writable() throws {
        let database = try Cluster.shared.get().makeDatabase(demo: false)
        let file = try write("# nothing\n", 0o646)
        let (status, lines) = try complaints(database, config: file)
        #expect(status == 1)
        #expect(lines == ["fail  settings file: everybody on this machine may write to \(file); chmod o-w \(file)"])
    }

    @Test("each socket has its mode, and lies in a folder that is not everybody's; one that has not is named, alone")
    func sockets() throws {
        let database = try Cluster.shared.get().makeDatabase(demo: false)
        let deployment = try Deployment(database)
        let (listen, control, folder) = (deployment.fastCGISocket, deployment.controlSocket, deployment.folder)
        let settings = ["DEBRIEF_LISTEN": listen, "DEBRIEF_CONTROL": control]
        let inOrder = try complaints(database, settings)
        #expect(inOrder.status == 0 && inOrder.lines.isEmpty, "\(inOrder.lines)")

        let all = "everybody on this machine may use"
        for (path, open, right, line) in [
            (listen, 0o666, 0o660, "fastcgi socket: \(all) \(listen); chmod 660 \(listen), or SocketMode=0660"),
            (control, 0o660, 0o600, "control socket: a group may use \(control); chmod 600 \(control), or SocketMode=0600"),
            (
                "\(folder)/operator.sock", 0o662, 0o660,
                "operator socket: \(all) \(folder)/operator.sock; chmod 660 \(folder)/operator.sock, or SocketMode=0660"
            ),
        ] as [(String, mode_t, mode_t, String)] {
            mode(path, open)
            let (status, lines) = try complaints(database, settings)
            #expect(status == 1)
            #expect(lines == ["fail  \(line)"])
            mode(path, right)
        }

        // The sticky bit keeps nobody from a path that nobody listens at.
        for open in [0o777, 0o1777] as [mode_t] {
            mode(folder, open)
            let (status, lines) = try complaints(database, settings)
            #expect(status == 1)
            let fault = "everybody on this machine may put a socket into the folder \(folder); chmod o-w \(folder), or choose another folder"
            #expect(lines == ["fastcgi", "control", "operator"].map { "fail  \($0) socket: \(fault)" })
            mode(folder, 0o775)
        }

        let nested = "\(folder)/open"
        try FileManager.default.createDirectory(atPath: "\(nested)/run", withIntermediateDirectories: true)
        try "".write(toFile: "\(nested)/run/debrief.sock", atomically: false, encoding: .utf8)
        mode(nested, 0o777)
        let (status, lines) = try complaints(database, ["DEBRIEF_LISTEN": "\(nested)/run/debrief.sock", "DEBRIEF_CONTROL": control])
        #expect(status == 1)
        #expect(
            lines == [
                "fail  fastcgi socket: everybody on this machine may exchange what is in the folder \(nested); chmod o-w \(nested), or choose another folder",
                "fail  fastcgi socket: \(nested)/run/debrief.sock is no socket; remove it, or set DEBRIEF_LISTEN to another path",
            ]
        )
    }

    @Test("a socket that everybody may connect to is not served from, when a service manager hands it over")
    func handedOver() throws {
        let deployment = try Deployment(Cluster.shared.get().makeDatabase(demo: false), listening: .unixHandedOver)
        #expect(try deployment.command("stop").status == 0)
        mode(deployment.fastCGISocket, 0o666)
        try deployment.startMaster()
        #expect(deployment.master.wait(seconds: 30) == 1)
        let refusal =
            "debrief: everybody on this machine may connect to the socket \(deployment.fastCGISocket) that was handed over; set its mode to 0660"
        #expect(deployment.output.contains(refusal), "\(deployment.output)")
        mode(deployment.fastCGISocket, 0o660)
        try deployment.startMaster()
        try eventually(within: 30) { try deployment.client.get("users").status == 401 }
    }

    @Test("an nginx with known holes fails the check, with what to do; one that nobody can judge is a warning")
    func nginx() throws {
        let database = try Cluster.shared.get().makeDatabase(demo: false)
        let old = try complaints(database, ["PATH": Machine.path(nginx: "1.22.1-9+deb12u10")])
        #expect(old.status == 1)
        #expect(
            old.lines == [
                "fail  nginx: 1.22.1-9+deb12u10 has known holes; "
                    + "apt-get install --only-upgrade nginx, to 1.22.1-9+deb12u11 or later, and restart nginx"
            ]
        )
        let other = try complaints(database, ["PATH": Machine.path(nginx: "1.26.3-3+deb13u2")])
        #expect(other.status == 0)
        #expect(other.lines.count == 1 && other.lines[0].hasPrefix("warn  nginx: whether 1.26.3-3+deb13u2 has known holes is not known here; "))
    }

    @Test("a package manager that does not answer holds the check up for two seconds, not longer, and is a warning")
    func silentPackages() throws {
        let database = try Cluster.shared.get().makeDatabase(demo: false)
        let began = ContinuousClock.now
        let (status, lines) = try complaints(database, ["PATH": Machine.path(packages: "exec sleep 600")])
        #expect(status == 0)
        #expect(lines == ["warn  nginx: whether nginx has known holes is not known here; dpkg-query does not answer"])
        #expect(began.duration(to: .now) < .seconds(30))
    }

    @Test("an nginx that is no package is judged by what it says itself; none at all is no fault")
    func noPackage() throws {
        let database = try Cluster.shared.get().makeDatabase(demo: false)
        for (version, status, line) in [
            ("nginx/1.30.7", 0, nil),
            ("nginx/1.29.0", 1, "fail  nginx: 1.29.0 has known holes; install the stable 1.30.7 or later, and restart nginx"),
            (
                "nginx/1.24.0 (Ubuntu)", 0,
                """
                warn  nginx: whether 1.24.0 has known holes is not known here; \
                see whether your distribution has brought the fix of CVE-2026-123633 into it
                """
            ),
        ] as [(String, Int32, String?)] {
            let path = try Machine.path(packages: "exit 1", nginx: "echo 'nginx version: \(version)' >&2")
            let check = try complaints(database, ["PATH": path])
            #expect(check.status == status)
            #expect(check.lines == [line].compactMap(\.self))
        }
    }

    @Test("an nginx with known holes is logged by serve, which serves: the one before it may be another machine's")
    func nginxOfServe() throws {
        let path = try Machine.path(nginx: "1.22.1-9")
        let deployment = try Deployment(Cluster.shared.get().makeDatabase(demo: false), settings: ["PATH": path])
        try eventually(within: 60) { deployment.log.contains("the nginx of this machine is not safe") }
        #expect(deployment.log.contains("1.22.1-9 has known holes; apt-get install"))
        #expect(try deployment.client.get("users").status == 401)
    }
}
