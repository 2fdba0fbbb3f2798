import Glibc
import SystemPackage

/// A file of one line beside the control socket, by which a master tells those after it something.
struct SmallFile {
    /// More than any line that we write.
    private static let longestText = 64

    /// Where it is.
    let path: FilePath

    /// A file in the folder of the control socket.
    init(_ name: String, besideControl control: String) {
        path = FilePath(control).removingLastComponent().appending(name)
    }

    /// What it says, without white space at the ends; nil where it is not there. `EFBIG` where it is longer than any of ours.
    func read() throws(Errno) -> String? {
        var bytes = [UInt8](repeating: 0, count: Self.longestText + 1)
        do {
            // A pipe or a device in its place must not hold the master up.
            let file = try FileDescriptor.open(path, .readOnly, options: [.closeOnExec, .nonBlocking])
            let count = try file.closeAfter { try bytes.withUnsafeMutableBytes { try file.read(into: $0) } }
            bytes.removeLast(bytes.count - count)
        } catch Errno.noSuchFileOrDirectory {
            return nil
        } catch {
            throw error as? Errno ?? .ioError
        }
        guard bytes.count <= Self.longestText else { throw .fileTooLarge }
        let isSpace = { (byte: UInt8) in [UInt8(ascii: " "), UInt8(ascii: "\n"), UInt8(ascii: "\r"), UInt8(ascii: "\t")].contains(byte) }
        let text = bytes.drop(while: isSpace)
        guard let last = text.lastIndex(where: { !isSpace($0) }) else { return "" }
        return String(decoding: text[...last], as: UTF8.self)
    }

    /// Puts a new line in the place of the old.
    func write(_ text: String) throws(Errno) { try WholeFile.replace(path, with: "\(text)\n") }

    /// Takes it away, where it is there.
    func remove() throws(Errno) {
        guard unlink(path.string) == 0 || errno == ENOENT else { throw Errno(rawValue: errno) }
    }
}
