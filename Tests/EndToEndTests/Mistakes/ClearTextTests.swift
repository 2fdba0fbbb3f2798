import Support
import Testing

@Suite("check: a connection over a network", .enabled(if: GuardedCluster.networkAddress != nil, "this machine has no address but its own"))
struct ClearTextTests {
    /// The warnings of a check whose database is reached like that.
    private func warnings(_ conninfo: String) throws -> [String] {
        let environment = try ["DEBRIEF_DATABASE": conninfo, "PATH": Machine.path(nginx: "1.22.1-9+deb12u11")]
        let check = try run([Run.binary, "check"], environment: environment)
        #expect(check.status == 0, "\(check.output)\(check.errors)")
        return check.output.split(separator: "\n").map(String.init).filter { $0.hasPrefix("warn  database: ") }
    }

    @Test("in the clear is a warning with what to do; over a socket or on loopback it is none")
    func clear() throws {
        let address = try #require(GuardedCluster.networkAddress)
        let found = try warnings(GuardedCluster.conninfo("host=\(address) user=debrief_api"))
        #expect(found.count == 1, "\(found)")
        let line = "warn  database: what debrief_api sends and is sent goes over the network as it is; add sslmode=verify-full and sslrootcert"
        #expect(found.first?.hasPrefix(line) == true, "\(found)")
        for near in ["", "host=127.0.0.1"] { #expect(try warnings(GuardedCluster.conninfo("\(near) user=debrief_api")) == []) }
    }
}
