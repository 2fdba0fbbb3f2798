import Foundation

/// A limit on the memory of some processes together: a control group of the kernel's, in either version. For root alone.
public final class MemoryGroup: Sendable {
    private let path: String
    private let isFirstVersion: Bool

    /// Makes one.
    public init(megabytes: Int) throws {
        let first = "/sys/fs/cgroup/memory"
        isFirstVersion = FileManager.default.fileExists(atPath: "\(first)/memory.limit_in_bytes")
        path = "\(isFirstVersion ? first : "/sys/fs/cgroup")/debrief-test-\(getpid())-\(UUID().uuidString.prefix(8))"
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: false)
        // Fails in the second version where the group above does not share out memory.
        try set(isFirstVersion ? "memory.limit_in_bytes" : "memory.max", "\(megabytes << 20)")
        try? set(isFirstVersion ? "memory.swappiness" : "memory.swap.max", "0")
    }

    deinit {
        // A group goes with its last process, which may still be on its way out.
        try? eventually(within: 5) { rmdir(path) == 0 }
    }

    /// Whether one can be made here: not in every container.
    public static let isPossible = Run.isRoot && (try? MemoryGroup(megabytes: 64)) != nil

    /// What stands before a command that is to be in it.
    public var launcher: [String] { ["/bin/sh", "-ec", "echo $$ > \(path)/cgroup.procs; exec \"$@\"", "sh"] }

    private func set(_ name: String, _ text: String) throws {
        // Not by Foundation, which would make another file.
        let descriptor = open("\(path)/\(name)", O_WRONLY)
        guard descriptor >= 0 else { throw POSIXError(POSIXErrorCode(rawValue: errno) ?? .EIO) }
        defer { close(descriptor) }
        guard Glibc.write(descriptor, text, text.utf8.count) == text.utf8.count else { throw POSIXError(POSIXErrorCode(rawValue: errno) ?? .EIO) }
    }
}
