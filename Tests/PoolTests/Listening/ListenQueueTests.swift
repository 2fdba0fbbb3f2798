import Glibc
import Support
import Testing

@testable import Pool

@Suite("The accept queue")
struct ListenQueueTests {
    /// Without a limit of backlogs that a test machine could have lower.
    private static let backlog = 5

    private func makeListener(_ address: ListenAddress) throws -> Listener {
        let descriptor = try RawSocket(address).handedOver()
        let bound = try #require(ListenAddress(of: descriptor))
        return try Listener(inheriting: descriptor, isOwner: true, address: bound, backlog: Self.backlog)
    }

    @Test("is as long as there are connections that nobody has accepted", arguments: [FreeAddress.unix(), FreeAddress.tcp])
    func length(address: ListenAddress) throws {
        let listener = try makeListener(address)
        var queue = ListenQueue(of: listener)
        #expect(queue.length() == ListenQueue.Length(waiting: 0, limit: Self.backlog))
        var connections: [CInt] = []
        defer { for connection in connections { close(connection) } }
        for count in 1...4 {
            connections.append(try RawSocket(connectedTo: listener.address).handedOver())
            // Over TCP the last step of the handshake is the kernel's own.
            try eventually { queue.length()?.waiting == count }
        }
        for count in [3, 2] {
            let connection = try listener.accept()
            connections.append(try #require(connection))
            #expect(queue.length() == ListenQueue.Length(waiting: count, limit: Self.backlog))
        }
    }

    @Test("is told of each listener by itself")
    func two() throws {
        let first = try makeListener(FreeAddress.unix())
        let second = try makeListener(FreeAddress.unix())
        var firstQueue = ListenQueue(of: first)
        var secondQueue = ListenQueue(of: second)
        let connection = try RawSocket(connectedTo: second.address)
        #expect(firstQueue.length()?.waiting == 0)
        #expect(secondQueue.length()?.waiting == 1)
        _ = consume connection
    }
}
