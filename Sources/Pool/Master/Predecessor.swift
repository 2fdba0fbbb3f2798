import Glibc
import SystemPackage

/// The old master, as the new one that it has started sees it: a pipe to say how it goes.
struct Predecessor {
    /// What is said, once.
    enum Message: Equatable {
        /// All workers can serve, and the paths are taken.
        case ready(workers: Int)
        /// The new master leaves, for that reason.
        case failed(String)
    }

    let descriptor: CInt

    /// Says it; where the old master is gone already there is nobody to tell.
    func tell(_ message: Message) {
        _ = try? FileDescriptor(rawValue: descriptor).writeAll(message.text.utf8)
    }
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
