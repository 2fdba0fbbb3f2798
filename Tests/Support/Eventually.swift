import Foundation

/// A condition that did not come true in time.
public struct NotInTime: Error, CustomStringConvertible {
    /// How long it was waited for, and where.
    public let description: String
}

/// Waits until the condition holds, and throws where it does not by the deadline. Never a sleep in its place: a machine may be slow.
public func eventually(
    within seconds: Double = 10,
    _ condition: () throws -> Bool,
    file: StaticString = #fileID,
    line: Int = #line
) throws {
    let end = Date().addingTimeInterval(seconds)
    while try !condition() {
        guard Date() < end else { throw NotInTime(description: "not within \(seconds) s at \(file):\(line)") }
        usleep(5_000)
    }
}
