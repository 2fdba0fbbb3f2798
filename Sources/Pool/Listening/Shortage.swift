import Logging
import SystemPackage
import Waiting

/// A lack of descriptors or memory, which passes: who accepts waits for that, and says so once.
///
/// The connection stays in the queue, so the listener stays readable: without a pause the wait for it would be a loop that takes a core, and to end
/// the process would lose a worker who can still answer.
struct Shortage {
    private static let pauseMilliseconds: CInt = 100

    private var isKnown = false

    /// Accepts a connection; nil where there is none, or not now.
    mutating func accept(from listener: borrowing Listener, _ log: Logger) throws(Errno) -> CInt? {
        do throws(Errno) {
            let connection = try listener.accept()
            if isKnown && connection != nil {
                log.notice("connections are accepted again")
                isKnown = false
            }
            return connection
        } catch  where error.isShortage {
            if !isKnown { log.error("no connection can be accepted for now", metadata: ["error": "\(error)"]) }
            isKnown = true
            pause(milliseconds: Self.pauseMilliseconds, until: .after(milliseconds: Int(Self.pauseMilliseconds)))
            return nil
        }
    }
}

extension Errno {
    /// Whether it is a lack of descriptors, of this process or the machine, or of memory.
    var isShortage: Bool { [.tooManyOpenFiles, .tooManyOpenFilesInSystem, .noBufferSpace, .noMemory].contains(self) }
}
