/// What the master answers to a command.
///
/// On the wire: the exit status in decimal on a line of its own, then the text, then the end of the connection.
public struct ControlAnswer: Equatable, Sendable {
    /// What the command is to exit with.
    public let status: Int
    /// What it is to print: lines, each with its end.
    public let text: String

    init(status: Int, text: String) {
        self.status = status
        self.text = text.isEmpty || text.hasSuffix("\n") ? text : text + "\n"
    }

    /// More than any pool says of its workers.
    static let largestSize = 16 << 20

    /// Reads what came until the connection ended; nil where that is not a whole answer, because its sender died or gave up before. Whoever sent it, a
    /// terminal does not get orders by it.
    init?(parsing bytes: [UInt8]) {
        let head = bytes.prefix { $0 != UInt8(ascii: "\n") }
        guard bytes.last == UInt8(ascii: "\n"), let status = UInt8(String(decoding: head, as: UTF8.self)) else { return nil }
        self.init(status: Int(status), text: String(decoding: bytes[(head.endIndex + 1)...], as: UTF8.self).withoutControls)
    }

    /// As it is sent.
    var bytes: [UInt8] { Array("\(status)\n\(text)".utf8) }
}

// MARK: - The words of success

extension ControlAnswer {
    /// The line of a reload: so many of so many new workers are ready, so many requests were finished by the old ones meanwhile.
    static func reloaded(ready: Int, of workers: Int, milliseconds: Int, finished: Int) -> String {
        "reloaded: \(ready) of \(counted(workers, "new worker")) ready in \(milliseconds) ms, \(counted(finished, "request")) finished on the old"
    }

    /// The line of a scale: how many workers there are now, within which range; those that had to leave finished so many requests first.
    static func scaled(workers: Int, range: ClosedRange<Int>, milliseconds: Int, finished: Int) -> String {
        let within = range.count == 1 ? "" : " within \(WorkerRange.text(range))"
        let left = finished == 0 ? "" : ", \(counted(finished, "request")) finished on those that left"
        return "scaled: \(counted(workers, "worker"))\(within) in \(milliseconds) ms\(left)"
    }

    /// The line of an upgrade: so many of so many workers of the new master are ready, its process id, and how many requests the old ones finished.
    static func upgraded(ready: Int, of workers: Int, milliseconds: Int, pid: Int32, finished: Int) -> String {
        "upgraded: \(ready) of \(counted(workers, "new worker")) ready in \(milliseconds) ms under the new master \(pid), "
            + "\(counted(finished, "request")) finished on the old"
    }

    /// The line of a stop: how many workers have ended, and how many requests they finished first.
    static func stopped(workers: Int, milliseconds: Int, finished: Int) -> String {
        "stopped: \(counted(workers, "worker")) ended in \(milliseconds) ms, \(counted(finished, "request")) finished first"
    }

    /// A number and what it counts.
    private static func counted(_ count: Int, _ noun: String) -> String { "\(count) \(noun)\(count == 1 ? "" : "s")" }
}
