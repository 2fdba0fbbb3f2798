/// What the master can be told over its control socket: one line a connection.
public enum ControlCommand: Equatable, Sendable {
    /// How the pool is: for people, or as JSON.
    case status(json: Bool)
    /// How many workers there are to be; nil for what `DEBRIEF_WORKERS` says.
    case scale(ClosedRange<Int>?)
    /// New settings and new workers, without losing a request.
    case reload
    /// A new master from the binary as it is now, without losing a request.
    case upgrade
    /// The end, after the requests in flight.
    case stop

    /// What a line may be, as the end of "wanted is …".
    static let wanted = "status, status json, scale with \(WorkerRange.wanted) or default, reload, upgrade, or stop"

    /// Reads a line without its end; nil where it is no command.
    public init?(parsing line: String) {
        switch line {
        case "status": self = .status(json: false)
        case "status json": self = .status(json: true)
        case "scale default": self = .scale(nil)
        case "reload": self = .reload
        case "upgrade": self = .upgrade
        case "stop": self = .stop
        default:
            guard line.hasPrefix("scale "), let range = WorkerRange.parse(String(line.dropFirst("scale ".count))) else { return nil }
            self = .scale(range)
        }
    }

    /// The line, without its end.
    public var line: String {
        switch self {
        case .status(let json): json ? "status json" : "status"
        case .scale(let range): "scale \(range.map(WorkerRange.text) ?? "default")"
        case .reload: "reload"
        case .upgrade: "upgrade"
        case .stop: "stop"
        }
    }
}
