import Glibc

/// Which file it is that a path leads to: another path may lead to the same, and the same path to another later.
///
/// For the file of a bound Unix socket this is not what `fstat` says of its descriptor, which is the socket's own. While the socket is open its
/// file's inode is in use, even where the file was removed, so no other file can get its number.
struct FileIdentity: Equatable {
    private let device: dev_t
    private let inode: ino_t
    /// Whether it is the file of a socket.
    let isSocket: Bool

    /// The file itself, where it is a symbolic link that; nil where there is none. The C function is `lstat`.
    init?(_ path: String) {
        var status = stat()
        guard lstat(path, &status) == 0 else { return nil }
        self.init(status)
    }

    /// The file behind symbolic links; nil where there is none. The C function is `stat`.
    init?(following path: String) {
        var status = stat()
        guard stat(path, &status) == 0 else { return nil }
        self.init(status)
    }

    private init(_ status: stat) {
        (device, inode) = (status.st_dev, status.st_ino)
        isSocket = status.st_mode & S_IFMT == S_IFSOCK
    }
}
