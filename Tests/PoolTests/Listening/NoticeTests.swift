import Foundation
import Support
import Testing

@Suite("A service manager")
struct NoticeTests {
    /// The next notice, without the time that a reload's has.
    private static func next(from socket: borrowing NotifySocket) throws -> String {
        var notice: String?
        try eventually {
            notice = socket.next()
            return notice != nil
        }
        return String((notice ?? "").prefix { $0 != "U" })
    }

    private static func debrief(_ word: String, at site: Site) throws -> Int32? {
        try run([Run.binary, word], environment: ["DEBRIEF_CONTROL": "\(site.deployment.folder)/control.sock"]).status
    }

    @Test("is told when the pool serves, reloads, has another master, and stops; the socket that it handed over is served at throughout")
    func notices() throws {
        let name = "@debrief-test-\(getpid())-\(UUID())"
        let socket = try NotifySocket(name)
        let site = try Site(settings: ["NOTIFY_SOCKET": name], listening: .unixHandedOver)
        let first = site.deployment.master.pid
        #expect(try Self.next(from: socket) == "MAINPID=\(first)\nREADY=1")

        #expect(try Self.debrief("reload", at: site) == 0)
        #expect(try Self.next(from: socket) == "RELOADING=1\nMONOTONIC_")
        #expect(try Self.next(from: socket) == "READY=1")

        #expect(try Self.debrief("upgrade", at: site) == 0)
        let second = try String(contentsOfFile: "\(site.deployment.folder)/debrief.pid", encoding: .utf8).trimmingCharacters(in: .newlines)
        #expect(second != "\(first)")
        // Both say it: what the new one says does not count before the old one did, as long as systemd listens to the main process alone.
        let notices = try Set([Self.next(from: socket), Self.next(from: socket)])
        #expect(notices == ["MAINPID=\(second)\nREADY=1", "MAINPID=\(second)"])
        #expect(try site.page().status == 200)

        #expect(try Self.debrief("stop", at: site) == 0)
        #expect(try Self.next(from: socket) == "STOPPING=1")
        #expect(socket.next() == nil)
        #expect(FileManager.default.fileExists(atPath: site.deployment.fastCGISocket))
    }
}
