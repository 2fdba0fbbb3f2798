import Foundation

/// What `/proc` shows of a process of the pool. They keep their memory, their environment and their descriptors from everybody but who may trace any
/// process: from their own account, too.
public enum Inspection {
    /// Whether this process may look: it has CAP_SYS_PTRACE, which root may lack in a container.
    public static let isAllowed: Bool = {
        let capability: UInt64 = 19
        return status(of: getpid())["CapEff"].flatMap { UInt64($0, radix: 16) }.map { $0 >> capability & 1 == 1 } ?? false
    }()

    /// The lines of `/proc/PID/status`, which everybody may read.
    public static func status(of pid: pid_t) -> [String: String] {
        let lines = (text("/proc/\(pid)/status")).split(separator: "\n").map { $0.split(separator: ":", maxSplits: 1) }
        let pairs = lines.filter { $0.count == 2 }.map { (String($0[0]), $0[1].trimmingCharacters(in: .whitespaces)) }
        return Dictionary(pairs) { first, _ in first }
    }

    /// Where the descriptors of a process lead to, by their numbers; none where this process may not look.
    public static func descriptors(of pid: pid_t) -> [CInt: String] {
        let folder = "/proc/\(pid)/fd"
        let numbers = ((try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []).compactMap { CInt($0) }
        let links = numbers.compactMap { number in
            (try? FileManager.default.destinationOfSymbolicLink(atPath: "\(folder)/\(number)")).map { (number, $0) }
        }
        return Dictionary(links) { first, _ in first }
    }

    /// A file of `/proc`, of which Foundation would read a page and no more; empty where this process may not look.
    public static func bytes(_ path: String) -> [UInt8] {
        let file = open(path, O_RDONLY | O_CLOEXEC)
        guard file >= 0 else { return [] }
        defer { close(file) }
        var all: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 65_536)
        while case let count = read(file, &chunk, chunk.count), count > 0 { all += chunk[..<count] }
        return all
    }

    /// The same as text.
    public static func text(_ path: String) -> String { String(decoding: bytes(path), as: UTF8.self) }

    /// More than any process of ours has in one piece; AddressSanitizer has terabytes of shadow.
    private static let largestPiece = 1 << 30

    /// Which of some texts stand in the memory of a process that it can write to.
    public static func memory(of pid: pid_t, has texts: [String]) -> [String] {
        let file = open("/proc/\(pid)/mem", O_RDONLY | O_CLOEXEC)
        guard file >= 0 else { return [] }
        defer { close(file) }
        var found: Set<String> = []
        for line in text("/proc/\(pid)/maps").split(separator: "\n") {
            let fields = line.split(separator: " ")
            let bounds = fields[0].split(separator: "-").compactMap { UInt64($0, radix: 16) }
            guard fields[1].hasPrefix("rw"), bounds.count == 2, bounds[1] - bounds[0] < largestPiece else { continue }
            var bytes = Data(count: Int(bounds[1] - bounds[0]))
            // What cannot be read stays zeros.
            _ = bytes.withUnsafeMutableBytes { pread(file, $0.baseAddress, $0.count, off_t(bounds[0])) }
            for text in texts where bytes.range(of: Data(text.utf8)) != nil { found.insert(text) }
        }
        return texts.filter(found.contains)
    }
}
