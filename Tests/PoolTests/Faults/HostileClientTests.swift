import Foundation
import Support
import Testing

/// Many clients at the FastCGI socket at once that are not nginx; what a single one can do is in ``BadClientTests``.
@Suite("Many clients that are not nginx")
struct HostileClientTests {
    @Test("and say nothing hold up a caller for as long as it takes to give each two seconds, and no longer")
    func silent() throws {
        let site = try Site(workers: 4)
        let right = try site.page().body
        // Sixteen for each worker, and three seconds for a slow machine.
        let count = often(64, normally: 8)
        let silent = SocketBox()
        for _ in 0..<count { silent.add(try Socket(site.deployment.fastCGISocket)) }
        let start = Date()
        let response = try site.client.get("sessions?limit=1", token: site.token, seconds: 40)
        #expect(response.status == 200 && response.body == right, "\(response.text)")
        #expect(Date().timeIntervalSince(start) < Double(count / 4 * 2 + 3))
        let load = try Load(site)
        try load.serve(200)
        try load.expectNoFailure()
        #expect(silent.count == count)
        #expect(site.deployment.unexpectedLogLines() == [])
    }

    @Test("and send malformed records leave nothing behind, neither memory nor descriptors; callers are served meanwhile")
    func malformed() throws {
        let site = try Site(workers: 2)
        try eventually(within: 30) { try site.ask("/ready").status == 200 }
        try sendMalformed(400, seed: 1, to: site)
        let load = try Load(site)
        try load.serve(100)
        let before = try site.measures()
        try sendMalformed(often(100_000, normally: 2_000), seed: 2, to: site)
        try load.serve(100)
        try load.expectNoFailure()
        try site.expectNoGrowth(since: before, of: \.privateKilobytes, below: 256)
        #expect(site.deployment.unexpectedLogLines() == [])
    }

    /// By four clients, each record on a connection of its own, which has to be closed.
    private func sendMalformed(_ count: Int, seed: UInt64, to site: Site) throws {
        let socketPath = site.deployment.fastCGISocket
        let whole = FastCGIRecord.get("sessions?limit=1", token: site.token)
        let clients = (0..<4).map { client in
            Background { () throws -> Int in
                var generator = SeededGenerator(seed: seed * 4 + UInt64(client))
                var open = 0
                for _ in 0..<count / 4 {
                    let socket = try Socket(socketPath)
                    // It may be closed before all was sent.
                    try? socket.send(Self.spoiled(whole, using: &generator))
                    socket.finishSending()
                    _ = socket.receiveAll()
                    if !socket.isClosed { open += 1 }
                }
                return open
            }
        }
        for client in clients { #expect(try client.value(seconds: 600) == 0) }
    }

    /// A request with a byte changed, cut off, or with a record too many; or nothing of a request at all.
    private static func spoiled(_ request: [UInt8], using generator: inout SeededGenerator) -> [UInt8] {
        var bytes = request
        switch Int.random(in: 0..<6, using: &generator) {
        case 0: bytes = (0..<64).map { _ in UInt8.random(in: .min ... .max, using: &generator) }
        case 1: bytes.removeLast(Int.random(in: 1..<bytes.count, using: &generator))
        // Of the first header, of BEGIN_REQUEST, or of the header of PARAMS.
        case 2: bytes[Int.random(in: 0..<24, using: &generator)] ^= UInt8.random(in: 1 ... .max, using: &generator)
        case 3: bytes[Int.random(in: 0..<bytes.count, using: &generator)] ^= UInt8.random(in: 1 ... .max, using: &generator)
        case 4:
            bytes = FastCGIRecord.record(type: UInt8.random(in: .min ... .max, using: &generator), id: 0, [UInt8](repeating: 255, count: 32)) + bytes
        default: bytes = FastCGIRecord.begin() + FastCGIRecord.record(type: 4, [UInt8](repeating: 255, count: 8)) + FastCGIRecord.record(type: 4, [])
        }
        return bytes
    }
}

/// Connections that are kept for as long as this is.
private final class SocketBox {
    private final class Item {
        let socket: Socket
        init(_ socket: consuming Socket) { self.socket = socket }
    }

    private var items: [Item] = []

    var count: Int { items.count }

    func add(_ socket: consuming Socket) { items.append(Item(socket)) }
}
