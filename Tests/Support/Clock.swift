import Foundation

/// A clock for the tests' own processes, which can be set at any moment while the machine's stays as it is: by libfaketime, a library that is loaded
/// before the C library. Only the time of day is another; what counts durations goes on.
public final class Clock: Sendable {
    private static let library = ["x86_64", "aarch64"].map { "/usr/lib/\($0)-linux-gnu/faketime/libfaketime.so.1" }
        .first { FileManager.default.fileExists(atPath: $0) }

    /// Whether the library is installed.
    public static var isPossible: Bool { library != nil }

    private let path: String

    /// One that goes as the machine's does.
    public init() throws {
        path = "\(Run.makeFolder("clock", for: .invoker))/time"
        try jump(seconds: 0)
    }

    /// A command before that of a process that is to go by it, run as the process's own account: the library makes files that are the account's. It
    /// does so in the shell, and tells by a variable of the environment where they are: a variable that it sets in a program of Swift's hides the
    /// program's arguments from it.
    public var wrapper: [String] {
        ["/usr/bin/env"] + Self.environment(["FAKETIME_TIMESTAMP_FILE": path, "FAKETIME_NO_CACHE": "1"]).map { "\($0)=\($1)" }
            + ["/bin/sh", "-c", #"exec "$@""#, "sh"]
    }

    /// Sets it so much before the machine's time, or behind it.
    public func jump(seconds: Int) throws {
        try String(format: "%+d", seconds).write(toFile: path, atomically: true, encoding: .utf8)
        chmod(path, 0o644)
    }

    /// The environment of a process whose clock is so many days ahead, all its life.
    public static func started(days: Int) -> [String: String] { environment(["FAKETIME": String(format: "%+dd", days)]) }

    private static func environment(_ more: [String: String]) -> [String: String] {
        ["LD_PRELOAD": library ?? "", "DONT_FAKE_MONOTONIC": "1", "FAKETIME_DONT_FAKE_MONOTONIC": "1"].merging(more) { $1 }
    }
}
