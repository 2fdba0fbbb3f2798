import Glibc
import SystemPackage
import Waiting

/// A command's end of the control socket: one thing that is asked of the master. It waits for nothing: its descriptor goes into whatever wait its owner
/// has, and ``proceed()`` does what can be done.
final class ControlQuery {
    /// To be waited for until it is readable.
    let descriptor: CInt
    /// When it was asked, in monotonic milliseconds.
    let askedAt = monotonicMilliseconds()
    private var received: [UInt8] = []

    /// Asks; nil where the master's queue is full.
    ///
    /// - Parameter path: the control socket.
    init?(_ command: ControlCommand, at path: String) throws(ControlError) {
        guard let address = ListenAddress(path: path) else { throw .unreachable(path: path, .fileNameTooLong) }
        let descriptor = socket(AF_UNIX, CInt(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue | SOCK_NONBLOCK.rawValue), 0)
        guard descriptor >= 0 else { throw .unreachable(path: path, Errno(rawValue: errno)) }
        self.descriptor = descriptor
        guard address.withSocketAddress({ connect(descriptor, $0, $1) }) == 0 else {
            switch errno {
            case ENOENT, ECONNREFUSED: throw .notRunning(path: path)
            case EAGAIN: return nil
            case let error: throw .unreachable(path: path, Errno(rawValue: error))
            }
        }
        // A line is far smaller than the buffer of a new connection, so it goes in one piece or not at all.
        let line = Array("\(command.line)\n".utf8)
        guard send(descriptor, line, line.count, CInt(MSG_NOSIGNAL)) == line.count else { throw .masterEnded }
    }

    deinit { close(descriptor) }

    /// Takes what has come.
    ///
    /// - Returns: the answer, once it is whole; nil before that.
    func proceed() throws(ControlError) -> ControlAnswer? {
        var buffer = [UInt8](repeating: 0, count: 1 << 16)
        // Whoever sends faster than this reads keeps no key waiting.
        for _ in 0..<Self.mostReads {
            let count = recv(descriptor, &buffer, buffer.count, 0)
            if count > 0 {
                received += buffer[..<count]
                guard received.count <= ControlAnswer.largestSize else { throw .masterEnded }
            } else if count < 0 && errno == EAGAIN {
                return nil
            } else if count == 0 || errno != EINTR {
                guard let answer = ControlAnswer(parsing: received) else { throw .masterEnded }
                return answer
            }
        }
        return nil
    }

    private static let mostReads = 16
}
