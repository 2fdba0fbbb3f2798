import Support
import Testing

@Suite("The operator's port: the name that it is asked by")
struct OperatorHostTests {
    private static let site = Swift.Result { try Site() }

    @Test(
        "is one of this machine's, with or without a port, in whatever letter case",
        arguments: ["localhost", "LocalHost:8081", "127.0.0.1", "127.0.0.1:8081", "127.1.2.3", "[::1]", "[::1]:8081"]
    )
    func own(host: String) throws {
        #expect(try Self.site.get().ask("/live", host: host).status == 200)
    }

    @Test(
        "else it is 421, in text that says what to do: a page in a browser can lead a name of its own to this machine",
        arguments: ["evil.example", "localhost.evil.example", "127.0.0.1.evil.example", "1270000001", "10.0.0.1", "[::2]", "localhost@evil.example"]
    )
    func strange(host: String) throws {
        for path in ["/live", "/ready", "/metrics", "/status", "/status?json", "/"] {
            let answer = try Self.site.get().ask(path, host: host)
            // What is no name at all is malformed.
            #expect(answer.status == 421 || answer.status == 400 && host.contains("@"), "\(answer.status)")
            #expect(answer.isWhole && !answer.text.contains("debrief_ready") && !answer.text.contains("workers"), "\(answer.text)")
            if answer.status == 421 { #expect(answer.text.contains("localhost") && answer.text.contains("debrief-operator.conf")) }
        }
    }

    @Test("is that of the request line, where it has one")
    func absolute() throws {
        let client = try Self.site.get().deployment.operatorClient
        let strange = try client.send("GET http://evil.example/status HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
        #expect(strange.status == 421)
        let own = try client.send("GET http://localhost/live HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
        #expect(own.status == 200)
    }

    @Test("need not be there over HTTP/1.0, by which no browser asks")
    func none() throws {
        #expect(try Self.site.get().deployment.operatorClient.send("GET /live HTTP/1.0\r\n\r\n").status == 200)
    }

}
