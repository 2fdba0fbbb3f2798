import Glibc
import SystemPackage

// What neither Swift's library nor swift-system offers without pointers, each behind a function that is safe to call.

/// The value of an environment variable; nil where it is not set.
///
/// Asked for by name: `environ` is a C global, which Swift 6 lets nobody read, and the names we look for are known. The C function is `getenv`; no
/// part of the program sets a variable, so what it points to stays as it is.
func environmentVariable(_ name: String) -> String? {
    unsafe getenv(name).map { unsafe String(cString: $0) }
}

/// The cores that this machine has online, at least 1. The C function is `sysconf`.
func onlineCores() -> Int { max(1, sysconf(CInt(_SC_NPROCESSORS_ONLN))) }

/// Where the program that runs is installed, symbolic links followed; nil where `/proc` is not there. The C function is `readlink`.
func executablePath() -> FilePath? {
    let capacity = Int(PATH_MAX)
    var path = [CChar](repeating: 0, count: capacity)
    let length = unsafe readlink("/proc/self/exe", &path, capacity)
    guard length > 0 else { return nil }
    return FilePath(String(decoding: path.prefix(length).map(UInt8.init(bitPattern:)), as: UTF8.self))
}

/// The whole of a file.
///
/// - Parameter limit: more bytes than this are `Errno.fileTooLarge`: the path may name a device that has no end.
func contents(ofFile path: String, limit: Int) throws(Errno) -> [UInt8] {
    do {
        // The master reads its settings while it serves: a pipe in their place must not hold it up.
        let file = try FileDescriptor.open(FilePath(path), .readOnly, options: [.nonBlocking, .closeOnExec])
        return try file.closeAfter {
            // Larger than any settings file: an array that has to grow leaves copies behind, of what may be a secret.
            var bytes = [UInt8](repeating: 0, count: 65_536)
            var count = 0
            while true {
                let more = try unsafe bytes.withUnsafeMutableBytes {
                    unsafe try file.read(into: UnsafeMutableRawBufferPointer(rebasing: $0[count...]))
                }
                count += more
                guard count <= limit else { throw Errno.fileTooLarge }
                guard more > 0 else { break }
                if count == bytes.count { bytes += [UInt8](repeating: 0, count: count) }
            }
            bytes.removeLast(bytes.count - count)
            return bytes
        }
    } catch {
        throw error as? Errno ?? .ioError
    }
}

/// What is on standard input, to its end or, where somebody types it, to the end of the line; no more than the limit of it.
public func standardInput(limit: Int) throws(Errno) -> [UInt8] {
    do {
        var bytes = [UInt8](repeating: 0, count: limit)
        var count = 0
        while count < limit {
            let more = try unsafe bytes.withUnsafeMutableBytes {
                unsafe try FileDescriptor.standardInput.read(into: UnsafeMutableRawBufferPointer(rebasing: $0[count...]))
            }
            count += more
            guard more > 0, isatty(STDIN_FILENO) == 0 || !bytes[..<count].contains(UInt8(ascii: "\n")) else { break }
        }
        return Array(bytes[..<count])
    } catch {
        throw error as? Errno ?? .ioError
    }
}

/// The names of a folder's entries, `.` and `..` included, in no order. The C functions are `opendir` and `readdir`.
func namesOfEntries(inFolder path: String) throws(Errno) -> [String] {
    guard let folder = unsafe opendir(path) else { throw Errno(rawValue: errno) }
    defer { unsafe closedir(folder) }
    var names: [String] = []
    while let entry = unsafe readdir(folder) {
        // An array of 256 in the declaration; the entry itself may end behind the NUL.
        unsafe names.append(withUnsafeBytes(of: &entry.pointee.d_name) { unsafe String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) })
    }
    return names
}
