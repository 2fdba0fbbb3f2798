import Foundation
import Support
import Testing

/// The checkout's own scripts and its release build, which `up` finds up to date where `scripts/test` has made it. Under `swift test`, which holds
/// the lock of `.build` to its end, that build would wait in vain.
@Suite("The scripts", .serialized)
struct ScriptsTests {
    @Test("start, change, heal, stop and delete a place from nothing, and lose no data until the last")
    func life() throws {
        let place = try ScriptedPlace()
        var isPurged = false
        defer { if !isPurged { _ = place.purge() } }

        try place.expect("status", status: 3)
        let call = try start(place)
        try place.expect("psql", "-qc", "insert into tenants (name) values ('Kept')")
        try OwnDataGuide(place).follow()
        try change(place)
        try startAgain(place)
        try secure(place)
        try heal(place)
        try stop(place, call)
        // The data has outlived all of it.
        #expect(try place.expect("psql", "-Atc", "select count(*) from tenants where name = 'Kept'") == "1\n")
        #expect(try workers(place).count == 3)

        try place.expect("down")
        try place.expect("status", status: 3)
        let target = URL(filePath: place.state).resolvingSymlinksInPath().path
        #expect(FileManager.default.fileExists(atPath: "\(target)/pg/PG_VERSION"))
        // Where root runs them, the folder is elsewhere, and a link leads to it.
        #expect((target != place.state) == Run.isRoot && (target.hasPrefix("/var/lib/debrief/")) == Run.isRoot, "\(target)")
        try place.expect("up")
        let master = try self.master(place)
        let purged = place.purge()
        isPurged = true
        #expect(purged.status == 0, "\(purged.output)")
        #expect(hasEnded(master) && !isAnswered(place))
        #expect(!FileManager.default.fileExists(atPath: target))
        let left = try FileManager.default.contentsOfDirectory(atPath: URL(filePath: place.state).deletingLastPathComponent().path)
        // What is the test's own.
        #expect(left.sorted() == ["down.out", "pipe"])
        try place.expect("status", status: 3)
    }

    /// What `up` prints is a call that works. Returns it.
    private func start(_ place: ScriptedPlace) throws -> String {
        let call = try self.call(try place.expect("up"))
        let answer = try run(["/bin/sh", "-c", call])
        #expect(answer.output.hasPrefix(#"{"ok":true,"data":[{"id":"#), "\(answer)")
        #expect(isAnswered(place))
        let document = try run(["/bin/sh", "-c", call.replacing("/sessions?limit=1", with: "/openapi.json")]).output
        #expect(try document == place.expect("debrief", "openapi"))
        #expect(try place.expect("status").contains("running"))
        #expect(try workers(place).count == 2)
        #expect(try place.expect("debrief", "token", "list").contains("scripts/up"))
        #expect(try place.expect("psql", "-Atc", "select 1") == "1\n")
        return call
    }

    private func change(_ place: ScriptedPlace) throws {
        #expect(try place.expect("scale", "3").hasPrefix("scaled: 3 workers in "))
        let (scaled, master) = (try workers(place), try master(place))
        #expect(scaled.count == 3)
        #expect(try place.expect("reload").hasPrefix("reloaded: 3 of 3 new workers ready in "))
        let reloaded = try workers(place)
        #expect(reloaded.count == 3 && reloaded.isDisjoint(with: scaled))
        #expect(try self.master(place) == master)
        try place.expect("upgrade")
        #expect(try self.master(place) != master)
        // It answers before it ends.
        try eventually { hasEnded(master) }
        #expect(try workers(place).count == 3)
    }

    /// Where all is well, `up` leaves it alone.
    private func startAgain(_ place: ScriptedPlace) throws {
        let (master, workers) = (try master(place), try workers(place))
        try place.expect("up")
        #expect(try self.master(place) == master && self.workers(place) == workers)
    }

    /// The site over TLS, with a rate limit, and back to the plain one without: both are as each `up` is told.
    private func secure(_ place: ScriptedPlace) throws {
        for value in ["many", "-1", "1.5"] { try place.expect("up", status: 1, environment: ["DEBRIEF_RATE_ADDRESS": value]) }
        let call = try self.call(try place.expect("up", "--tls", environment: ["DEBRIEF_RATE": "1"]))
        #expect(call.contains(" --cacert ") && call.contains("'https://"), "\(call)")
        let key = try FileManager.default.attributesOfItem(atPath: "\(place.state)/tls/privkey.pem")
        #expect(key[.posixPermissions] as? Int == 0o600)
        #expect(try run(["/bin/sh", "-c", call.replacing("'https:", with: "'http:")]).output.contains("plain HTTP"))
        let answer = try many("\(call) -w '%{http_version}'")
        #expect(answer.contains("}2") && answer.contains(#""code":"rate_limited""#), "\(answer)")

        let plain = try self.call(try place.expect("up"))
        let answers = try many(plain)
        #expect(answers.hasPrefix(#"{"ok":true,"#) && !answers.contains(#""code":"rate_limited""#), "\(answers)")
    }

    /// What a call prints, made more often than a limit of one a second lets through.
    private func many(_ call: String) throws -> String {
        try run(["/bin/sh", "-c", Array(repeating: call, count: 20).joined(separator: ";")]).output
    }

    /// The last line of what `up` prints.
    private func call(_ printed: String) throws -> String {
        let call = try #require(printed.split(separator: "\n").last?.trimmingCharacters(in: .whitespaces))
        try #require(call.hasPrefix("curl "), "\(printed)")
        return call
    }

    private func heal(_ place: ScriptedPlace) throws {
        let lost = try master(place)
        kill(lost, SIGKILL)
        try eventually { hasEnded(lost) }
        try place.expect("status", status: 3)
        try place.expect("up")
        try place.expect("status")
        #expect(try master(place) != lost)
        #expect(try workers(place).count == 3)

        let nginx = try #require(pid_t(String(contentsOfFile: "\(place.state)/nginx/nginx.pid", encoding: .utf8).filter(\.isNumber)))
        kill(nginx, SIGTERM)
        try eventually { hasEnded(nginx) }
        try place.expect("status", status: 1)
        try place.expect("up")
        try place.expect("status")
    }

    private func stop(_ place: ScriptedPlace, _ call: String) throws {
        #expect(try place.expect("stop").hasPrefix("stopped: 3 workers ended in "))
        #expect(try place.expect("status", status: 3) == "not running: scripts/up starts it\n")
        // nginx is there still, and there is nothing more to stop.
        #expect(try run(["/bin/sh", "-c", call]).output.contains(#""code":"unavailable""#))
        try place.expect("stop", status: 1)
        let printed = try place.expect("up")
        #expect(printed.contains(/Workers .*started/), "\(printed)")
        #expect(try run(["/bin/sh", "-c", call]).output.hasPrefix(#"{"ok":true,"#))
    }

    private func workers(_ place: ScriptedPlace) throws -> Set<Int> {
        let workers = try #require(try place.status()["workers"]?.array)
        return Set(workers.compactMap { $0["pid"]?.number.map { Int($0) } })
    }

    private func master(_ place: ScriptedPlace) throws -> pid_t { pid_t(try #require(try place.status()["master"]?.number)) }

    /// Whether nginx answers operators.
    private func isAnswered(_ place: ScriptedPlace) -> Bool {
        guard let socket = try? Socket("127.0.0.1:\(place.operatorPort)") else { return false }
        try? socket.send(Array("GET /ready HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n".utf8))
        return socket.response().status == 200
    }
}
