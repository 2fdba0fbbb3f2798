import Waiting

/// What a command asks the master.
public enum ControlClient {
    /// How long a try to connect rests where the master's queue is full.
    private static let pauseMilliseconds: CInt = 20

    /// Asks, and waits until the master has answered.
    ///
    /// - Parameters:
    ///   - path: the control socket.
    ///   - milliseconds: the limit of all of it. What was asked is not taken back when it strikes.
    public static func ask(_ command: ControlCommand, at path: String, within milliseconds: Int) throws(ControlError) -> ControlAnswer {
        let deadline = Deadline.after(milliseconds: milliseconds)
        var query = try ControlQuery(command, at: path)
        while query == nil && !deadline.hasPassed {
            pause(milliseconds: pauseMilliseconds, until: deadline)
            query = try ControlQuery(command, at: path)
        }
        while let query, wait(for: .readable, of: query.descriptor, until: deadline) {
            if let answer = try query.proceed() { return answer }
        }
        throw .noAnswer(milliseconds: milliseconds)
    }
}
