import Foundation
import Support
import Testing

/// Whose address nginx takes for the client's.
@Suite("Behind a proxy")
struct ProxyTests {
    /// The address that is logged for a request with such a field.
    private func address(_ deployment: Deployment, forwardedFor value: String) throws -> String? {
        let id = newID()
        _ = try deployment.client.send(Call("/nothing", fields: ["X-Request-Id: \(id)", "X-Forwarded-For: \(value)", "X-Real-IP: \(value)"]))
        return try deployment.accessLine(ofRequest: id)?["remote_addr"]?.string
    }

    @Test("a client cannot choose its own address")
    func untrusted() throws {
        for value in ["203.0.113.9", "127.0.0.1", "unix:"] { #expect(try address(Stage.shared().deployment, forwardedFor: value) == "unix:") }
    }

    @Test("a trusted proxy is believed, but not what its clients have told it")
    func trusted() throws {
        var site = NginxSite()
        site.trustedProxies = ["unix:", "192.0.2.0/24"]
        let deployment = try Deployment(Stage.shared().database, workers: 1, site: site)
        let table = [
            ("203.0.113.9", "203.0.113.9"), ("2001:db8::9", "2001:db8::9"), ("198.51.100.1, 203.0.113.9", "203.0.113.9"),
            ("198.51.100.1, 203.0.113.9, 192.0.2.7", "203.0.113.9"), ("192.0.2.8, 192.0.2.7", "192.0.2.8"), ("198.51.100.1, nonsense", "unix:"),
            ("", "unix:"),
        ]
        for (value, wanted) in table { #expect(try address(deployment, forwardedFor: value) == wanted, "\(value)") }
    }
}
