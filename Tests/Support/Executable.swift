/// Files that a test runs. Another process writes them: a child that another test forks just then would hold what is open for writing here, and
/// the kernel runs no such file (ETXTBSY).
public enum Executable {
    /// Makes one of its text, in the place of what is there.
    public static func write(_ text: String, to path: String) throws {
        try install("/dev/stdin", to: path, input: text)
    }

    /// Makes one of another.
    public static func copy(_ program: String, to path: String) throws {
        try install(program, to: path)
    }

    private static func install(_ source: String, to path: String, input: String = "") throws {
        let (status, _, errors) = try run(["/usr/bin/install", "-m", "755", source, path], input: input)
        guard status == 0 else { throw ChildProcess.Failure(description: errors) }
    }
}
