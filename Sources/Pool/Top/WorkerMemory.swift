import Glibc
import SystemPackage

/// What a worker has in memory, in kB, pages that it shares with others included, as top(1) has it: from proc(5)'s `stat`, which everybody may read.
///
/// - Returns: nil where there is no worker with that id to be seen: it has ended, or the master counts processes in another namespace.
func residentKilobytes(ofWorker pid: Int) -> Int? {
    // More than its fields ever take.
    var bytes = [UInt8](repeating: 0, count: 2_048)
    guard
        let file = try? FileDescriptor.open(FilePath("/proc/\(pid)/stat"), .readOnly, options: .closeOnExec),
        let count = try? file.closeAfter({ try bytes.withUnsafeMutableBytes { try file.read(into: $0) } })
    else { return nil }
    let text = String(decoding: bytes[..<count], as: UTF8.self)
    guard let name = text.firstRange(of: "(debrief-worker) ") else { return nil }
    // The state, behind the name, is the third field; the 24th is a number of pages.
    let fields = text[name.upperBound...].split(separator: " ")
    guard fields.count > 21, let pages = Int(fields[21]) else { return nil }
    return pages * sysconf(CInt(_SC_PAGESIZE)) / 1_024
}
