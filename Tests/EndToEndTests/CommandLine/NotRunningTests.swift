import Foundation
import Support
import Testing

@Suite("The command line: no master")
struct NotRunningTests {
    private static let advice = "debrief serve starts it, --config names its settings"

    /// A control socket that nobody listens at: there is none, or a killed master left it.
    private static func paths() throws -> [String] {
        let folder = Run.makeFolder("cli", for: .invoker)
        do { _ = try SilentListener("\(folder)/stale.sock") }
        return ["\(folder)/none.sock", "\(folder)/stale.sock"]
    }

    @Test("status exits with 3 and says so on standard output, to people in a line and to programs in JSON")
    func status() throws {
        for path in try Self.paths() {
            let (status, output, errors) = try run([Run.binary, "status"], environment: ["DEBRIEF_CONTROL": path])
            #expect(status == 3)
            #expect(output == "not running: nobody listens at \(path); \(Self.advice)\n")
            #expect(errors.isEmpty)
            let json = try run([Run.binary, "status", "--json"], environment: ["DEBRIEF_CONTROL": path])
            #expect(json.status == 3)
            #expect(JSONValue(parsing: Array(json.output.utf8))?["workers"]?.array?.isEmpty == true, "\(json.output)")
            #expect(json.errors.isEmpty)
        }
    }

    @Test("what changes something exits with 1 and a line on standard error", arguments: [["scale", "2"], ["reload"], ["upgrade"], ["stop"]])
    func others(_ words: [String]) throws {
        for path in try Self.paths() {
            let (status, output, errors) = try run([Run.binary] + words, environment: ["DEBRIEF_CONTROL": path])
            #expect(status == 1)
            #expect(output.isEmpty)
            #expect(errors == "debrief: not running: nobody listens at \(path); \(Self.advice)\n")
        }
    }

    @Test("the socket is found beside the workers', unless a setting says where it is; one of those that makes no sense is wrong usage")
    func path() throws {
        let listen = ["DEBRIEF_LISTEN": "/nowhere/at/all.sock"]
        #expect(try run([Run.binary, "status"], environment: listen).output.hasPrefix("not running: nobody listens at /nowhere/at/control.sock; "))
        #expect(try run([Run.binary, "status"], environment: ["DEBRIEF_CONTROL": ""]).status == 64)
        #expect(try run([Run.binary, "stop"], environment: listen.merging(["DEBRIEF_WORKERS": "none"]) { $1 }).status == 1)
    }
}
