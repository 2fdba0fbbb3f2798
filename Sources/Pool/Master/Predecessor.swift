import Glibc
import SystemPackage

/// The old master, as the new one that it has started sees it.
///
/// Both agree on one moment. What the new master says is either in the old one's hands, who then cannot call the upgrade off any more, or it fails,
/// since the old one has called it off or is dead: ``tell(_:)`` is that moment. So there is never a time at which both leave.
struct Predecessor {
    /// What is said, once.
    enum Message: Equatable {
        /// All workers can serve, and the paths are taken next.
        case ready(workers: Int)
        /// The new master leaves, for that reason.
        case failed(String)
    }

    let descriptor: CInt
    /// Its process.
    let pid: pid_t

    /// Says it; false where the old master does not listen any more.
    @discardableResult
    func tell(_ message: Message) -> Bool {
        (try? FileDescriptor(rawValue: descriptor).writeAll(message.text.utf8)) != nil
    }

    /// Ends the connection, which the old master waits for.
    func close() { Glibc.close(descriptor) }

    /// Whether it has died: then nobody else is left to serve.
    var isDead: Bool { getppid() != pid }
}

extension Predecessor.Message {
    private static let ready = "ready "
    private static let failed = "failed "

    /// One line.
    var text: String {
        switch self {
        case .ready(let workers): "\(Self.ready)\(workers)\n"
        case .failed(let reason): "\(Self.failed)\(reason.replacing("\n", with: " "))\n"
        }
    }

    /// Reads the first line; nil where it is neither.
    init?(parsing text: String) {
        let line = text.prefix { $0 != "\n" }
        if line.hasPrefix(Self.ready), let workers = Int(line.dropFirst(Self.ready.count)) {
            self = .ready(workers: workers)
        } else if line.hasPrefix(Self.failed) {
            self = .failed(String(line.dropFirst(Self.failed.count)))
        } else {
            return nil
        }
    }
}
