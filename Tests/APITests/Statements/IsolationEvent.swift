import Support

/// What becomes of a try.
enum IsolationEvent {
    case none
    /// A statement fails before the endpoint's, or behind it.
    case failsBefore
    case failsAfter
    /// A statement behind the caller's runs past the limit, or is cancelled, or its backend is terminated.
    case outOfTime
    case cancelled
    case terminated
    /// Somebody cancels whatever the backend does just then, or terminates it.
    case cancelledAnywhere
    case terminatedAnywhere
    /// Nobody reads the rows to their end.
    case abandoned

    /// Mostly nothing; each of the others often enough in 100,000 tries, and those that cost a connection less often.
    static func random(using generator: inout SeededGenerator) -> IsolationEvent {
        switch Int.random(in: 0..<2_000, using: &generator) {
        case 0..<20: .failsBefore
        case 20..<30: .failsAfter
        case 30..<33: .outOfTime
        case 33..<40: .cancelled
        case 40..<70: .cancelledAnywhere
        case 70: .terminated
        case 71: .terminatedAnywhere
        case 72: .abandoned
        default: .none
        }
    }
}
