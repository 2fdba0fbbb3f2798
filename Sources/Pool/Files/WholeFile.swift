import Glibc
import SystemPackage

/// A file that is only ever there whole.
public enum WholeFile {
    /// Writes it under another name, and then renames it: whoever reads sees the old text or the new one, and nothing that only looks like the file
    /// is written to. Readable for everybody. On the disk when this returns.
    ///
    /// - Parameter text: UTF-8.
    public static func replace(_ path: FilePath, with text: String) throws(Errno) {
        let new = path.removingLastComponent().appending(".\(path.lastComponent?.string ?? "").new")
        // One that was killed may have left its own.
        unlink(new.string)
        do {
            let file = try FileDescriptor.open(
                new,
                .writeOnly,
                options: [.create, .exclusiveCreate, .closeOnExec],
                permissions: [.ownerReadWrite, .groupRead, .otherRead]
            )
            try file.closeAfter {
                try file.writeAll(text.utf8)
                // Whatever the umask is.
                guard fchmod(file.rawValue, 0o644) == 0, fsync(file.rawValue) == 0 else { throw Errno(rawValue: errno) }
            }
            guard rename(new.string, path.string) == 0 else { throw Errno(rawValue: errno) }
        } catch {
            unlink(new.string)
            throw error as? Errno ?? .ioError
        }
    }
}
