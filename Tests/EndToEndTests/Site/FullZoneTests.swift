import Foundation
import Support
import Testing

/// Rate limits whose memory, the smallest that nginx takes, has room for some two hundred callers.
@Suite("A full zone")
struct FullZoneTests {
    private static let size = "32k"
    private static let tries = Run.isLong ? 50_000 : 1_000

    @Test("is no outage: each new caller is let in, and so is each that was there before")
    func full() throws {
        let site = try LimitedSite(rate: 2, addressRate: 2, zoneSize: Self.size)
        let token = try site.makeToken()
        var refused = 0
        for number in 0..<Self.tries {
            // Of both lengths that an address has, so that memory of one kind is not there for the other.
            let (high, low) = (number >> 8, number & 255)
            let address =
                number % 2 == 0 ? "10.\(high / 256).\(high % 256).\(low)" : "2001:db8:\(String(high, radix: 16)):\(String(low, radix: 16))::1"
            let responses = try [site.ask(" Bearer \(randomToken())", from: address), site.ask(from: address)]
            refused += responses.count { $0.status != 401 }
        }
        #expect(refused == 0)
        #expect(try site.ask(" Bearer \(token)", from: "192.0.2.1").status == 200)
        #expect(!site.deployment.errorLog.contains("could not allocate"))
        // The limits are still there.
        let limited = try site.makeToken()
        try site.expectLimited(rate: 2) { _ in try site.ask(" Bearer \(limited)", from: "192.0.2.2") }
        Run.report("rate limits of \(Self.size): \(Self.tries) callers by token and \(Self.tries) by address, \(refused) refused for want of room")
    }
}
