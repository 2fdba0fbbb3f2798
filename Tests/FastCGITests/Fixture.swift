import Foundation
import Support
import Testing
import Waiting

@testable import FastCGI

extension Deadline {
    /// For what takes no time, on a machine however slow.
    static var ample: Deadline { .after(milliseconds: 30_000) }
}

/// One end of a connected pair, as nginx holds it; the other is the worker's.
final class Peer: Sendable {
    private let descriptor: CInt
    /// The worker's end. Whoever is handed it closes it.
    let worker: CInt

    init() throws {
        var ends: [CInt] = [-1, -1]
        guard socketpair(AF_UNIX, CInt(SOCK_STREAM.rawValue) | CInt(SOCK_CLOEXEC.rawValue), 0, &ends) == 0 else {
            throw POSIXError(POSIXErrorCode(rawValue: errno) ?? .EIO)
        }
        (descriptor, worker) = (ends[0], ends[1])
    }

    deinit { close(descriptor) }

    /// Writes all of it, as far as the worker takes it.
    func write(_ bytes: [UInt8]) {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { send(descriptor, $0.baseAddress, $0.count, CInt(MSG_NOSIGNAL)) }
            guard count > 0 else { return }
            rest = rest.dropFirst(count)
        }
    }

    /// Reads to the end.
    func readAll() -> [UInt8] {
        var all: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = recv(descriptor, &buffer, buffer.count, 0)
            guard count > 0 else { return all }
            all += buffer[..<count]
        }
    }

    /// Leaves: the worker's end sees that nobody is there.
    func leave() { shutdown(descriptor, CInt(SHUT_RDWR)) }

    /// Says that nothing more comes. Over TCP, leaving looks like this.
    func finish() { shutdown(descriptor, CInt(SHUT_WR)) }

    /// Closes the worker's end, where nobody else does.
    func closeWorker() { close(worker) }
}

/// The records of a response; nil where the bytes are none, or end within one.
func records(_ bytes: [UInt8]) -> [(type: UInt8, id: UInt16, content: [UInt8])]? {
    var records: [(type: UInt8, id: UInt16, content: [UInt8])] = []
    var rest = bytes[...]
    while !rest.isEmpty {
        let header = Array(rest.prefix(8))
        guard header.count == 8, header[0] == 1 else { return nil }
        let length = Int(header[4]) << 8 | Int(header[5])
        let size = 8 + length + Int(header[6])
        guard rest.count >= size else { return nil }
        records.append((header[1], UInt16(header[2]) << 8 | UInt16(header[3]), Array(rest.dropFirst(8).prefix(length))))
        rest = rest.dropFirst(size)
    }
    return records
}

/// The error that the body throws; nil where it throws none, or another.
func failure(of body: () throws -> Void) -> FastCGIError? {
    do {
        try body()
        return nil
    } catch {
        return error as? FastCGIError
    }
}

/// A request that has read nothing yet. The first has initialised libfcgi, which keeps state that threads must not race for.
func makeRequest() -> Request {
    initializeLibrary
    return Request()
}

private let initializeLibrary: Void = {
    _ = Request()
    // libfcgi's handler would keep a TERM from ending the tests.
    signal(SIGTERM, SIG_DFL)
}()
