import Glibc

/// The binary that a new master is started from.
enum Executable {
    /// The path by which this process was started, where that says one, since it may be a link that points elsewhere by now; else the file that it runs.
    /// Read once, before anybody replaces the file.
    static let path: String = {
        if let given = CommandLine.arguments.first, given.contains("/") {
            return given.hasPrefix("/") ? given : "\(workingDirectory)/\(given)"
        }
        return link("/proc/self/exe") ?? ""
    }()

    private static var workingDirectory: String { link("/proc/self/cwd") ?? "." }

    /// The C function is `readlink`.
    private static func link(_ path: String) -> String? {
        var target = [CChar](repeating: 0, count: Int(PATH_MAX))
        let length = readlink(path, &target, target.count)
        return length > 0 ? String(decoding: target[..<length].map(UInt8.init(bitPattern:)), as: UTF8.self) : nil
    }
}
