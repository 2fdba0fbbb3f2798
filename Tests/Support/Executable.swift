/// Files that a test runs. Another process writes them: a child that another test forks just then would hold what is open for writing here, and
/// the kernel runs no such file (ETXTBSY).
public enum Executable {
    /// Makes one of its text, in the place of what is there.
    public static func write(_ text: String, to path: String) throws {
        try make(["/usr/bin/install", "-m", "755", "/dev/stdin", path], input: text)
    }

    /// Makes one of another.
    public static func copy(_ program: String, to path: String) throws {
        try make(["/usr/bin/install", "-m", "755", program, path])
    }

    /// Makes a folder of them of another.
    public static func copy(folder: String, to path: String) throws {
        try make(["/bin/cp", "-R", folder, path])
    }

    private static func make(_ command: [String], input: String = "") throws {
        let (status, _, errors) = try run(command, input: input)
        guard status == 0 else { throw ChildProcess.Failure(description: errors) }
    }
}
