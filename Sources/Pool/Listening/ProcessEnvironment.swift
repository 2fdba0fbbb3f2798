import Glibc

/// Variables of the process's environment that are for one process only: read once, and then taken away, so that nobody further down takes them for
/// his. For the master, as long as it has one thread.
enum ProcessEnvironment {
    /// The value of a variable; nil where it is not set. The C function is `getenv`.
    static func value(_ name: String) -> String? { getenv(name).map { String(cString: $0) } }

    /// Takes a variable away. The C function is `unsetenv`.
    static func remove(_ name: String) { unsetenv(name) }
}
