import SystemPackage

/// Why a command has no answer from the master.
public enum ControlError: Error, Equatable {
    /// Nobody listens at the path.
    case notRunning(path: String)
    /// The answer did not come whole in so many milliseconds. What was asked may still happen.
    case noAnswer(milliseconds: Int)
    /// The connection ended before the answer was whole: the master died, or lets this account do nothing.
    case masterEnded
    /// The path cannot be connected to.
    case unreachable(path: String, Errno)
}

extension ControlError: CustomStringConvertible {
    /// One line, without an end.
    public var description: String {
        switch self {
        case .notRunning(let path): "not running: nobody listens at \(path); debrief serve starts it, --config names its settings"
        case .noAnswer(let milliseconds): "no answer from the master within \(milliseconds / 1_000) s; it may still be at it: see debrief status"
        case .masterEnded: "the master ended before it answered, or takes nothing of this account; its log says why"
        case .unreachable(let path, .permissionDenied):
            "cannot reach the master at \(path): \(Errno.permissionDenied); run this as root, or as the account that runs the master"
        case .unreachable(let path, let error): "cannot reach the master at \(path): \(error); see whether DEBRIEF_CONTROL is right"
        }
    }
}
