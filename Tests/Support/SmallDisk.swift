import Foundation

/// A disk of a given size, in memory, which is unmounted with this value, or when whoever made it is gone. For root alone.
public final class SmallDisk: Sendable {
    /// Where it is mounted.
    public let path: String
    private let process: ChildProcess

    /// Mounts one, whose root belongs to an account, at a folder that is there, or at one of its own.
    public init(kilobytes: Int, for account: Account, at folder: String? = nil) throws {
        path = folder ?? Run.makeFolder("disk", for: account)
        let owner = Run.isRoot ? account.ids.map { ",uid=\($0.user),gid=\($0.group)" } ?? "" : ""
        let script = """
            trap 'umount -l "$0"; kill $!; exit' TERM
            mount -t tmpfs -o size=\(kilobytes)k,mode=755\(owner) none "$0" && echo mounted
            while :; do sleep 600 & wait $!; done
            """
        let process = try ChildProcess(["/bin/sh", "-c", script, path], output: "\(Run.makeFolder("mount", for: .invoker))/output")
        self.process = process
        try eventually { process.output == "mounted\n" || process.hasEnded || process.output.contains("mount:") }
    }

    deinit {
        process.send(SIGTERM)
        _ = process.wait(seconds: 5)
    }

    /// Whether one can be mounted here: not in every container.
    public static let isPossible = Run.isRoot && (try? SmallDisk(kilobytes: 64, for: .invoker).process.output) == "mounted\n"

    /// Takes all that is left of it but so much.
    public func fill(butKilobytes left: Int = 0) throws {
        // Until it cannot be done.
        _ = try run(["/bin/sh", "-c", "cat /dev/zero > \(path)/filling"])
        guard left > 0 else { return }
        let size = try FileManager.default.attributesOfItem(atPath: "\(path)/filling")[.size] as? Int ?? 0
        truncate("\(path)/filling", max(0, size - left * 1_024))
    }

    /// Gives it back.
    public func free() throws { try FileManager.default.removeItem(atPath: "\(path)/filling") }
}
