import Foundation
import Support
import Testing

@testable import Pool

@Suite("The file of the master's process id")
struct PIDFileTests {
    private let folder = Run.makeFolder("pid", for: .invoker)
    private var file: PIDFile { PIDFile(besideControl: "\(folder)/control.sock") }
    private var path: String { "\(folder)/debrief.pid" }

    @Test("names this process, whatever a master that was killed has left there, and goes with it", arguments: ["", "1\n", "nonsense"])
    func own(leftover: String) throws {
        try leftover.write(toFile: path, atomically: false, encoding: .utf8)
        try file.write()
        #expect(try String(contentsOfFile: path, encoding: .utf8) == "\(getpid())\n")
        #expect(file.pid == getpid())
        file.remove()
        #expect(!FileManager.default.fileExists(atPath: path))
        #expect(file.pid == nil)
        file.remove()
    }

    @Test("stays where the master that took the place of this one has written its own", arguments: ["1\n", "nonsense", ""])
    func another(text: String) throws {
        try file.write()
        try text.write(toFile: path, atomically: true, encoding: .utf8)
        file.remove()
        #expect(try String(contentsOfFile: path, encoding: .utf8) == text)
    }

    @Test("is in the working directory where the control socket is")
    func relative() { #expect(SmallFile("debrief.pid", besideControl: "control.sock").path == "debrief.pid") }
}
