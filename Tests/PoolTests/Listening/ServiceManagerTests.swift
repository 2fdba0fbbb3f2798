import Foundation
import Support
import SystemPackage
import Testing

@testable import Pool

@Suite("A service manager")
struct ServiceManagerTests {
    @Test(
        "hands descriptors over from 3 on, to the process that it names and no other",
        arguments: [
            (["LISTEN_PID": "42", "LISTEN_FDS": "2"], 3..<5), (["LISTEN_PID": "42", "LISTEN_FDS": "0"], 3..<3),
            (["LISTEN_PID": "41", "LISTEN_FDS": "2"], 3..<3), (["LISTEN_FDS": "2"], 3..<3), (["LISTEN_PID": "42"], 3..<3), ([:], 3..<3),
            (["LISTEN_PID": "42", "LISTEN_FDS": "-1"], 3..<3), (["LISTEN_PID": "42", "LISTEN_FDS": "two"], 3..<3),
            (["LISTEN_PID": "42", "LISTEN_FDS": "2000000000"], 3..<3),
        ] as [([String: String], Range<CInt>)]
    )
    func descriptors(environment: [String: String], expected: Range<CInt>) {
        #expect(ServiceManager.inheritedDescriptors(environment: { environment[$0] }, pid: 42) == expected)
    }

    @Test("may hand several sockets over: the one at DEBRIEF_LISTEN is taken; an only one wherever it is; else none")
    func choice() throws {
        let (wanted, other) = (FreeAddress.unix(), FreeAddress.unix())
        #expect(try ServiceManager.choose(from: 3..<3, for: wanted) == nil)
        try withNeighbours(wanted, other) { sockets in
            let chosen = try ServiceManager.choose(from: sockets, for: wanted)
            #expect(chosen.map { ListenAddress(of: $0.descriptor) } == wanted)
            #expect(chosen?.address == wanted)
            #expect(throws: Errno.addressNotAvailable) { try ServiceManager.choose(from: sockets, for: FreeAddress.unix()) }
            let only = try ServiceManager.choose(from: sockets.lowerBound..<sockets.lowerBound + 1, for: FreeAddress.unix())
            #expect(only?.address == ListenAddress(of: sockets.lowerBound))
        }
        let open = try RawSocket(.tcp(address: "0.0.0.0", port: 0))
        // FastCGI has no authentication.
        #expect(throws: Errno.addressNotAvailable) {
            try ServiceManager.choose(from: open.descriptor..<open.descriptor + 1, for: FreeAddress.unix())
        }
    }

    /// Two listening sockets at numbers that follow one another, far from those that other tests use.
    private func withNeighbours(_ first: ListenAddress, _ second: ListenAddress, _ body: (Range<CInt>) throws -> Void) throws {
        let a = try RawSocket(first)
        let b = try RawSocket(second)
        let low = fcntl(a.descriptor, F_DUPFD, 500)
        let high = fcntl(b.descriptor, F_DUPFD, low + 1)
        try #require(high == low + 1)
        defer { for descriptor in [low, high] { close(descriptor) } }
        try body(low..<high + 1)
    }

    /// Where a service manager can listen.
    private static func names() -> [String] { ["\(Run.makeFolder("notify", for: .invoker))/notify", "@debrief-test-\(getpid())-\(UUID())"] }

    @Test("is told how the service is, at a path and at an abstract name")
    func notified() throws {
        for name in Self.names() {
            let listener = try NotifySocket(name)
            let manager = ServiceManager(environment: { $0 == "NOTIFY_SOCKET" ? name : nil })
            manager.notify(.ready, .mainPID(42))
            #expect(listener.next() == "READY=1\nMAINPID=42")
            manager.notify(.stopping)
            #expect(listener.next() == "STOPPING=1")
            let before = DispatchTime.now().uptimeNanoseconds / 1_000
            manager.notify(.reloading)
            let reloading = listener.next() ?? ""
            let time = try #require(reloading.split(separator: "=").last.flatMap { UInt64($0) })
            #expect(reloading == "RELOADING=1\nMONOTONIC_USEC=\(time)")
            #expect((before...DispatchTime.now().uptimeNanoseconds / 1_000).contains(time))
            #expect(listener.next() == nil)
        }
    }

    @Test("that does not read, or is gone, holds nobody up")
    func deaf() throws {
        for name in Self.names() {
            let manager = ServiceManager(environment: { _ in name })
            manager.notify(.ready)
            let listener = try NotifySocket(name)
            // More than net.unix.max_dgram_qlen.
            for _ in 0..<2_000 { manager.notify(.ready) }
            #expect(listener.next() == "READY=1")
        }
        for name in [nil, "", "@", "/", "relative", "vsock:2:1234", "/" + String(repeating: "x", count: 200)] {
            ServiceManager(environment: { _ in name }).notify(.ready)
        }
    }
}
