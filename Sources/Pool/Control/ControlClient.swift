import Glibc
import SystemPackage
import Waiting

/// A command's end of the control socket.
public enum ControlClient {
    /// How long a try to connect rests where the master's queue is full.
    private static let pauseMilliseconds: CInt = 20

    /// Asks the master, and waits until it has answered.
    ///
    /// - Parameters:
    ///   - path: the control socket.
    ///   - milliseconds: the limit of all of it. What was asked is not taken back when it strikes.
    public static func ask(_ command: ControlCommand, at path: String, within milliseconds: Int) throws(ControlError) -> ControlAnswer {
        guard let address = ListenAddress(path: path) else { throw .unreachable(path: path, .fileNameTooLong) }
        let deadline = Deadline.after(milliseconds: milliseconds)
        let descriptor = socket(AF_UNIX, CInt(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue | SOCK_NONBLOCK.rawValue), 0)
        guard descriptor >= 0 else { throw .unreachable(path: path, Errno(rawValue: errno)) }
        defer { close(descriptor) }

        while address.withSocketAddress({ connect(descriptor, $0, $1) }) != 0 {
            switch errno {
            case ENOENT, ECONNREFUSED: throw .notRunning(path: path)
            case EAGAIN where !deadline.hasPassed: pause(milliseconds: pauseMilliseconds, until: deadline)
            case EAGAIN: throw .noAnswer(milliseconds: milliseconds)
            case let error: throw .unreachable(path: path, Errno(rawValue: error))
            }
        }
        // A line is far smaller than the buffer of a new connection, so it goes in one piece or not at all.
        let line = Array("\(command.line)\n".utf8)
        guard send(descriptor, line, line.count, CInt(MSG_NOSIGNAL)) == line.count else { throw .masterEnded }

        var received: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 1 << 16)
        while true {
            guard wait(for: .readable, of: descriptor, until: deadline) else { throw .noAnswer(milliseconds: milliseconds) }
            let count = recv(descriptor, &buffer, buffer.count, 0)
            if count > 0 {
                received += buffer[..<count]
                guard received.count <= ControlAnswer.largestSize else { throw .masterEnded }
            } else if count == 0 || errno != EAGAIN && errno != EINTR {
                break
            }
        }
        guard let answer = ControlAnswer(parsing: received) else { throw .masterEnded }
        return answer
    }
}
