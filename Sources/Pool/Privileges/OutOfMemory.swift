import CProcess
import SystemPackage

/// Whom the kernel ends where memory runs out. It takes the largest, and the master, which has run through more of the program, looks larger than
/// its children; but the end of a worker costs a request, that of the master the pool.
enum OutOfMemory {
    /// In thousandths of the memory that has run out, of the machine or of the control group: more than the master has where that is 180 MB or more.
    /// Not much more, since it counts against every other process, too, and what has taken the memory should go first.
    private static let preference = 100

    /// Offers this process before its parent, whose score it has inherited; a score that protects the parent does not protect it. Where that cannot
    /// be said, all stay equal.
    static func offerThisProcess() {
        let descriptor = debrief_open_own("/proc/self/oom_score_adj", FileDescriptor.AccessMode.readWrite.rawValue)
        guard descriptor >= 0 else { return }
        let file = FileDescriptor(rawValue: descriptor)
        _ = try? file.closeAfter {
            var digits = [UInt8](repeating: 0, count: 16)
            let count = try digits.withUnsafeMutableBytes { try file.read(into: $0) }
            guard let inherited = Int(String(decoding: digits[..<count].prefix { $0 != UInt8(ascii: "\n") }, as: UTF8.self)) else { return }
            try file.writeAll("\(min(1_000, max(0, inherited + preference)))".utf8)
        }
    }
}
