import Foundation

// The target `Support` gives tests the real parts: a PostgreSQL of their own, nginx and a pool before it, clients that say bytes and read bytes. It
// asserts nothing. Each test process has one cluster; each test that changes data has a database, and each deployment a folder, of its own.

/// What the environment and the checkout say of this run of the tests.
public enum Run {
    /// The checkout.
    public static let repository = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent().path

    /// The binary under test: the static release build, as it is installed.
    public static let binary = ProcessInfo.processInfo.environment["DEBRIEF_BINARY"] ?? "\(repository)/.build/release/debrief"

    /// A Python with the packages in Tests/requirements.txt.
    public static let python = ProcessInfo.processInfo.environment["DEBRIEF_TEST_PYTHON"] ?? "\(repository)/.build/python/bin/python"

    /// Whether the tests that take minutes are wanted, too.
    public static let isLong = ProcessInfo.processInfo.environment["DEBRIEF_TEST_LONG"] != nil

    /// Whether the binary was built with AddressSanitizer: it keeps what was freed for a while, so how much memory a process has says nothing.
    public static let isSanitized = ProcessInfo.processInfo.environment["DEBRIEF_TEST_SANITIZED"] != nil

    /// Prints how much a test has tried and what came of it, in a line of its own: for whoever reads the run.
    public static func report(_ counts: String) {
        // In one write: tests run side by side.
        FileHandle.standardOutput.write(Data("▸ \(counts)\n".utf8))
    }

    /// Whether other accounts can be, and so have to be, taken.
    public static let isRoot = getuid() == 0

    private static let givenFolder = ProcessInfo.processInfo.environment["DEBRIEF_TEST_ROOT"]

    /// Whether whoever started the run made its folder, and will remove it.
    public static var isFolderGiven: Bool { givenFolder != nil }

    /// A folder for this run, which every account can enter. Short, since the paths of sockets are limited.
    public static let folder: String = {
        if let givenFolder { return givenFolder }
        var template = Array("/tmp/debrief-test.XXXXXX".utf8CString)
        guard let made = mkdtemp(&template) else { fatalError("no temporary folder: errno \(errno)") }
        let folder = String(cString: made)
        chmod(folder, 0o711)
        return folder
    }()

    /// A new folder in it that belongs to an account.
    public static func makeFolder(_ name: String, for account: Account) -> String {
        var template = Array("\(folder)/\(name).XXXXXX".utf8CString)
        guard let made = mkdtemp(&template) else { fatalError("no folder in \(folder): errno \(errno)") }
        let path = String(cString: made)
        give(path, to: account)
        return path
    }

    /// A new folder at a path that belongs to an account.
    public static func makeFolder(at path: String, for account: Account) throws {
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: false)
        give(path, to: account)
    }

    private static func give(_ path: String, to account: Account) {
        chmod(path, 0o755)
        if isRoot, let ids = account.ids { chown(path, ids.user, ids.group) }
    }
}

/// Whom a process runs as where the tests run as root; everybody else runs all as himself.
public enum Account: Sendable {
    /// Root, or who runs the tests.
    case invoker
    /// PostgreSQL.
    case postgres
    /// Master and workers.
    case debrief
    /// nginx, in the group that may connect to the workers.
    case nginx

    var name: String {
        switch self {
        case .invoker: NSUserName()
        case .postgres: "postgres"
        case .debrief: "debrief"
        case .nginx: "www-data"
        }
    }

    /// Its user and its group; nil where there is no such account.
    public var ids: (user: uid_t, group: gid_t)? {
        // Tests run on several threads, which would share the result of getpwnam.
        var entry = passwd()
        var found: UnsafeMutablePointer<passwd>?
        var buffer = [CChar](repeating: 0, count: 4_096)
        guard getpwnam_r(name, &entry, &buffer, buffer.count, &found) == 0, found != nil else { return nil }
        return (entry.pw_uid, entry.pw_gid)
    }

    /// What stands before a command's words.
    public var prefix: [String] {
        guard Run.isRoot else { return [] }
        let groups = self == .nginx ? "--groups=debrief" : "--clear-groups"
        return self == .invoker ? [] : ["/usr/bin/setpriv", "--reuid=\(name)", "--regid=\(name)", groups, "--no-new-privs", "--"]
    }
}
