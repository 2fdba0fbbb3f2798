import Glibc

/// A folder in which a master that root has started puts what admins trust: whoever else could write there could put his own in its place.
public enum FolderOfRoot {
    /// What `check` says of the folder of a file; nil where nothing is wrong, or where this is not run by root, whose master alone is asked for it.
    ///
    /// - Parameter user: who the workers are to become; nil where nobody was named, and it is another account that starts the master.
    public static func fault(ofFile path: String, user: String?) -> String? { geteuid() == 0 && user != nil ? fault(ofFile: path) : nil }

    /// What is wrong with the folder of a file; nil where nothing is, or where the folder is not there. The C function is `stat`.
    static func fault(ofFile path: String) -> String? {
        let folder = path.lastIndex(of: "/").map { String(path[...$0]) } ?? "."
        var status = stat()
        guard stat(folder, &status) == 0, status.st_uid != 0 || status.st_mode & (S_IWGRP | S_IWOTH) != 0 else { return nil }
        return "the folder \(folder) has to be root's, and nobody else's to write to, where root starts the master; name another in DEBRIEF_CONTROL"
    }
}
