import Foundation
import Support
import Testing

/// What a client can agree on with the site over TLS, asked with `openssl s_client`. The client itself would take anything.
@Suite("The handshake")
struct HandshakeTests {
    private let stage: SecureStage

    init() throws { stage = try SecureStage.shared() }

    /// Shakes hands; returns what the client tells of it.
    private func shake(_ options: String..., name: String? = NginxSite.name, input: String = "") throws -> (isDone: Bool, text: String) {
        let host = name.map { ["-servername", $0] } ?? ["-noservername"]
        let client = try run(
            ["/usr/bin/openssl", "s_client", "-unix", stage.deployment.httpSocket, "-CAfile", stage.deployment.certificatePath] + host + options,
            input: input
        )
        return (client.status == 0 && !client.output.contains("Cipher is (NONE)"), client.output + client.errors)
    }

    @Test("TLS 1.2 and 1.3 are spoken", arguments: [("-tls1_2", "TLSv1.2"), ("-tls1_3", "TLSv1.3")])
    func versions(option: String, name: String) throws {
        let shaken = try shake(option)
        #expect(shaken.isDone && shaken.text.contains("New, \(name), Cipher is"), "\(shaken.text)")
    }

    @Test("TLS 1.0 and 1.1 are refused", arguments: ["-tls1", "-tls1_1"])
    func oldVersions(option: String) throws {
        let shaken = try shake(option, "-cipher", "ALL:@SECLEVEL=0")
        #expect(!shaken.isDone && shaken.text.contains("alert protocol version"), "\(shaken.text)")
    }

    @Test("of TLS 1.2's ciphers, Mozilla's six are taken, whichever the client wants")
    func ciphers() throws {
        var (tried, taken) = (0, 0)
        for kind in ["ECDSA", "RSA"] {
            for cipher in ["AES128-GCM-SHA256", "AES256-GCM-SHA384", "CHACHA20-POLY1305"].map({ "ECDHE-\(kind)-\($0)" }) {
                let shaken = try shake("-tls1_2", "-cipher", cipher)
                let isTaken = shaken.isDone && shaken.text.contains("Cipher is \(cipher)")
                #expect(isTaken, "\(cipher)")
                tried += 1
                if isTaken { taken += 1 }
            }
        }
        Run.report("handshakes: \(taken) of \(tried) good ciphers taken")
    }

    @Test("ciphers without forward secrecy or without authenticated encryption are refused, though the certificates would do")
    func weakCiphers() throws {
        let ciphers = [
            "ECDHE-ECDSA-AES128-SHA", "ECDHE-ECDSA-AES256-SHA384", "ECDHE-RSA-AES128-SHA256", "ECDHE-RSA-AES256-SHA", "AES128-GCM-SHA256",
            "AES256-SHA256", "AES128-SHA", "DHE-RSA-AES128-GCM-SHA256", "AECDH-AES128-SHA", "NULL-SHA256",
        ]
        var refused = 0
        for cipher in ciphers {
            let shaken = try shake("-tls1_2", "-cipher", "\(cipher):@SECLEVEL=0")
            let isRefused = !shaken.isDone && shaken.text.contains("alert handshake failure")
            #expect(isRefused, "\(cipher): \(shaken.text)")
            if isRefused { refused += 1 }
        }
        Run.report("handshakes: \(refused) of \(ciphers.count) weak ciphers refused")
    }

    @Test("keys are agreed on by Mozilla's curves alone")
    func curves() throws {
        for curve in ["X25519", "P-256", "P-384"] { #expect(try shake("-tls1_3", "-groups", curve).isDone, "\(curve)") }
        for curve in ["P-521", "X448"] { #expect(try !shake("-tls1_3", "-groups", curve).isDone, "\(curve)") }
    }

    @Test("a session is resumed from the server's memory, never from a ticket")
    func sessions() throws {
        let shaken = try shake("-tls1_2", "-reconnect")
        #expect(shaken.text.contains("Reused, TLSv1.2") && !shaken.text.contains("TLS session ticket"), "\(shaken.text)")
    }

    @Test("HTTP/2 is agreed on where the client speaks it, else HTTP/1.1", arguments: ["h2,http/1.1", "http/1.1"])
    func protocols(offer: String) throws {
        let shaken = try shake("-alpn", offer)
        #expect(shaken.isDone && shaken.text.contains("ALPN protocol: \(offer.prefix { $0 != "," })\n"), "\(shaken.text)")
    }

    @Test("who asks for another host, or for none, gets no handshake and sees no certificate", arguments: ["other.test", "x.debrief.test", nil])
    func otherNames(name: String?) throws {
        for option in ["-tls1_2", "-tls1_3"] {
            let shaken = try shake(option, name: name)
            #expect(!shaken.isDone && shaken.text.contains("no peer certificate available"), "\(shaken.text)")
        }
    }

    @Test("the certificate is the one for the name")
    func certificate() throws {
        let shaken = try shake("-verify_return_error", "-verify_hostname", NginxSite.name)
        #expect(shaken.isDone && shaken.text.contains("Verification: OK"), "\(shaken.text)")
    }
}
