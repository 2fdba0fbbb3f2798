import Foundation
import Support
import SystemPackage
import Testing

@testable import Pool

@Suite("A listener")
struct ListenerTests {
    @Test("can be taken over from whoever has it, and then neither blocks nor outlives an exec, and has the backlog that is set here")
    func inherited() throws {
        let address = FreeAddress.unix()
        let descriptor = try RawSocket(address, backlog: 3).handedOver()
        #expect(fcntl(descriptor, F_GETFL) & O_NONBLOCK == 0 && fcntl(descriptor, F_GETFD) == 0)
        let listener = try Listener(inheriting: descriptor, isOwner: true, address: address, backlog: 7)
        #expect(fcntl(listener.descriptor, F_GETFL) & O_NONBLOCK != 0)
        #expect(fcntl(listener.descriptor, F_GETFD) == FD_CLOEXEC)
        var queue = ListenQueue(of: listener)
        #expect(queue.length()?.limit == 7)
        #expect(try listener.accept() == nil)
    }

    @Test("is handed on by an exec only where that was asked for")
    func exec() throws {
        let address = FreeAddress.unix()
        let listener = try Listener(inheriting: RawSocket(address).handedOver(), isOwner: true, address: address, backlog: 1)
        let descriptor = listener.descriptor
        let socket = { try run(["/bin/readlink", "/proc/self/fd/\(descriptor)"]).output.hasPrefix("socket:") }
        #expect(try !socket())
        try setCloseOnExec(false, of: listener.descriptor)
        #expect(try socket())
    }

    /// What may be at the descriptor's number instead of the socket, and what is said of it.
    private static let wrong: [(name: String, make: @Sendable (ListenAddress) throws -> CInt, error: Errno)] = [
        ("nothing", { _ in -1 }, .badFileDescriptor),
        ("a file", { _ in open("/dev/null", O_RDONLY) }, .notSocket),
        ("datagrams", { try RawSocket($0, type: CInt(SOCK_DGRAM.rawValue), backlog: nil).handedOver() }, .protocolWrongTypeForSocket),
        ("one that does not listen", { try RawSocket($0, backlog: nil).handedOver() }, .invalidArgument),
        ("another path", { _ in try RawSocket(FreeAddress.unix()).handedOver() }, .addressNotAvailable),
        ("another family", { _ in try RawSocket(FreeAddress.tcp).handedOver() }, .addressNotAvailable),
        ("every address", { _ in try RawSocket(.tcp(address: "0.0.0.0", port: 0)).handedOver() }, .addressNotAvailable),
    ]

    @Test("is not made of what was handed over by mistake, which stays the caller's", arguments: wrong.indices)
    func mistaken(index: Int) throws {
        let address = FreeAddress.unix()
        let descriptor = try Self.wrong[index].make(address)
        let error = #expect(throws: Errno.self) {
            _ = try Listener(inheriting: descriptor, isOwner: true, address: address, backlog: 1)
        }
        #expect(error == Self.wrong[index].error, "\(Self.wrong[index].name)")
        #expect(descriptor < 0 || close(descriptor) == 0)
    }

    @Test("that was handed over may have been bound by another spelling of its path")
    func spelling() throws {
        let folder = Run.makeFolder("listen", for: .invoker)
        try FileManager.default.createSymbolicLink(atPath: "\(folder)/link", withDestinationPath: folder)
        for spelling in ["\(folder)/./debrief.sock", "\(folder)/link/debrief.sock"] {
            let descriptor = try RawSocket(.unix(path: spelling)).handedOver()
            let listener = try Listener(inheriting: descriptor, isOwner: true, address: .unix(path: "\(folder)/debrief.sock"), backlog: 1)
            listener.removeFile()
        }
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder) == ["link"])
    }

    @Test("over TCP that was handed over is at its own address and port, and at no other")
    func overTCP() throws {
        let descriptor = try RawSocket(FreeAddress.tcp).handedOver()
        guard case .tcp("127.0.0.1", let port) = ListenAddress(of: descriptor) else {
            Issue.record("an address of TCP")
            return
        }
        for other in [ListenAddress.tcp(address: "127.0.0.1", port: port ^ 1), .tcp(address: "127.0.0.2", port: port)] {
            #expect(throws: Errno.addressNotAvailable) { _ = try Listener(inheriting: descriptor, isOwner: true, address: other, backlog: 1) }
        }
        let listener = try Listener(inheriting: descriptor, isOwner: true, address: .tcp(address: "127.1", port: port), backlog: 1)
        let ownsFile = listener.ownsFile
        #expect(!ownsFile)
        listener.removeFile()
    }

    @Test("takes its file away at the end, unless a service manager made it", arguments: [true, false])
    func owner(isOwner: Bool) throws {
        let address = FreeAddress.unix()
        let listener = try Listener(inheriting: RawSocket(address).handedOver(), isOwner: isOwner, address: address, backlog: 1)
        let ownsFile = listener.ownsFile
        #expect(ownsFile == isOwner)
        listener.removeFile()
        #expect(FileManager.default.fileExists(atPath: address.description) != isOwner)
    }

    @Test("leaves the file alone that another has put in the place of its own")
    func replaced() throws {
        let address = FreeAddress.unix()
        let first = try Listener(inheriting: RawSocket(address).handedOver(), isOwner: true, address: address, backlog: 1)
        unlink(address.description)
        let second = try RawSocket(address)
        let ownsFile = first.ownsFile
        #expect(!ownsFile)
        first.removeFile()
        #expect(FileManager.default.fileExists(atPath: address.description))
        _ = consume second
    }
}
