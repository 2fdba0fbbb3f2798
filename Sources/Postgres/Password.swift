import Glibc

/// A password that is a file's one line, owned: it is overwritten when this value ends. libpq keeps a copy for as long as its connection.
///
/// Read anew for each connection, so that a password which was changed is found, and no process holds one that does not connect.
struct Password: ~Copyable {
    /// Longer than what PostgreSQL takes as one.
    private static let largestFile = 4_096

    private let storage: UnsafeMutablePointer<CChar>?

    /// Ended by NUL, as C wants it; NULL where there is no password.
    var characters: UnsafePointer<CChar>? { storage.map { UnsafePointer($0) } }

    /// Reads the file; nil is no password.
    ///
    /// Nobody else than this process's account may be able to read it, as libpq wants it of a passfile and of a key: its own file has no right for
    /// group and others; root's may be readable for a group, as a credential of systemd's is.
    init(file path: String?) throws(PostgresError) {
        guard let path else {
            storage = nil
            return
        }
        // A pipe in its place must not keep a request waiting.
        let file = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY)
        guard file >= 0 else { throw Self.unusable(path, String(cString: strerror(errno))) }
        defer { close(file) }
        if let fault = Self.fault(of: file) { throw Self.unusable(path, fault) }
        guard let bytes = calloc(Self.largestFile + 1, 1)?.assumingMemoryBound(to: CChar.self) else { throw Self.unusable(path, "out of memory") }
        let count = read(file, bytes, Self.largestFile + 1)
        guard let fault = Self.keepLine(bytes, count) else {
            storage = bytes
            return
        }
        Self.overwrite(bytes)
        throw Self.unusable(path, fault)
    }

    deinit { if let storage { Self.overwrite(storage) } }

    /// What is wrong with whose it is, and who may read it.
    private static func fault(of file: CInt) -> String? {
        var status = stat()
        guard fstat(file, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { return "it is no plain file" }
        guard [0, geteuid()].contains(status.st_uid) || geteuid() == 0 else { return "it is another account's" }
        let others = S_IRWXO | (status.st_uid == 0 ? S_IWGRP | S_IXGRP : S_IRWXG)
        return status.st_mode & others == 0 ? nil : "others have a right to it; chmod it to 0600, or 0640 where it is root's"
    }

    /// Ends the text where its line does; what is wrong where it is not one line.
    private static func keepLine(_ bytes: UnsafeMutablePointer<CChar>, _ count: Int) -> String? {
        guard count >= 0 else { return String(cString: strerror(errno)) }
        guard count <= largestFile else { return "it is larger than \(largestFile) bytes" }
        var length = count
        for end in ["\n", "\r"] as [Unicode.Scalar] where length > 0 && bytes[length - 1] == CChar(end.value) { length -= 1 }
        guard length > 0 else { return "it is empty" }
        guard !(0..<length).contains(where: { [0, 10, 13].contains(bytes[$0]) }) else { return "it has to be one line, the password" }
        bytes[length] = 0
        return nil
    }

    private static func overwrite(_ bytes: UnsafeMutablePointer<CChar>) {
        explicit_bzero(bytes, largestFile + 1)
        free(bytes)
    }

    /// For an admin to mend: no other attempt will do better.
    private static func unusable(_ path: String, _ fault: String) -> PostgresError { .passwordFile("\(path): \(fault)") }
}
