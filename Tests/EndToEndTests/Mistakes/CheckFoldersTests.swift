import Foundation
import Support
import Testing

@Suite("check: the folders of the sockets")
struct CheckFoldersTests {
    private func complaints(_ environment: [String: String]) throws -> (status: Int32?, lines: [String]) {
        let database = try Cluster.shared.get().makeDatabase(demo: false)
        let settings = try ["PATH": Machine.path(nginx: "1.22.1-9+deb12u11")].merging(environment) { $1 }
        let check = try database.debrief(["check"], environment: settings)
        return (check.status, check.output.split(separator: "\n").map(String.init).filter { !$0.hasPrefix("ok ") })
    }

    @Test("a folder that is not there is a warning for each socket in it, with what to do; a service manager may make it at the start")
    func missing() throws {
        let folder = "\(Run.makeFolder("check", for: .invoker))/run"
        let (status, lines) = try complaints(["DEBRIEF_LISTEN": "\(folder)/debrief.sock"])
        #expect(status == 0)
        #expect(lines.count == 3, "\(lines)")
        for (name, setting) in [("fastcgi", "DEBRIEF_LISTEN"), ("control", "DEBRIEF_CONTROL"), ("operator", "DEBRIEF_CONTROL")] {
            let line = try #require(
                lines.first { $0.hasPrefix("warn  \(name) socket: the folder \(folder) cannot be used: No such file or directory; ") }
            )
            #expect(line.contains("make it, set \(setting) to a path elsewhere, or leave it to RuntimeDirectory= of systemd"), "\(line)")
        }
    }

    @Test("as root, with DEBRIEF_USER, a control socket in a folder of another's is a fault, as serve has it", .enabled(if: Run.isRoot))
    func another() throws {
        let (own, folder) = (Run.makeFolder("check", for: .invoker), Run.makeFolder("check", for: .debrief))
        let settings = ["DEBRIEF_LISTEN": "\(folder)/debrief.sock", "DEBRIEF_CONTROL": "\(folder)/control.sock", "DEBRIEF_USER": "debrief"]
        let strange = try complaints(settings)
        #expect(strange.status == 1)
        let line = "fail  control socket: the folder \(folder)/ has to be root's, and nobody else's to write to, where root starts the master"
        #expect(strange.lines.count == 1 && strange.lines[0].hasPrefix(line), "\(strange.lines)")

        let right = try complaints(settings.merging(["DEBRIEF_CONTROL": "\(own)/control.sock"]) { $1 })
        #expect(right.status == 0 && right.lines.isEmpty, "\(right.lines)")
        // Where another account starts the master, the folder is that account's.
        let unnamed = try complaints(settings.filter { $0.key != "DEBRIEF_USER" })
        #expect(unnamed.status == 0 && unnamed.lines.isEmpty, "\(unnamed.lines)")
    }
}
