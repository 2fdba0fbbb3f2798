import Glibc

extension Listener {
    /// The path of the socket's file where everybody may connect to it, which takes the right to write; nil else. One of our own is never so open.
    ///
    /// FastCGI has no authentication: who connects is taken for nginx, and for the address and the limits that nginx has put in.
    var openPath: String? {
        guard case .unix(let path) = address else { return nil }
        var status = stat()
        guard stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFSOCK, status.st_mode & S_IWOTH != 0 else { return nil }
        return path
    }
}
