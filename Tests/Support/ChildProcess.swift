import Foundation

/// A process of a test: started with a clean environment, its output in a file, and never left behind.
public final class ChildProcess: Sendable {
    /// Its id.
    public let pid: pid_t
    /// Where standard output and standard error go.
    public let outputPath: String

    /// Starts a command.
    ///
    /// - Parameter descriptors: what it inherits beside its standard files, by the numbers that these have there.
    public init(
        _ words: [String],
        environment: [String: String] = [:],
        as account: Account = .invoker,
        input: String = "/dev/null",
        output: String,
        errors: String? = nil,
        descriptors: [CInt: CInt] = [:]
    ) throws {
        let command = account.prefix + words
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, 0, input, O_RDONLY, 0)
        posix_spawn_file_actions_addopen(&actions, 1, output, O_WRONLY | O_CREAT | O_APPEND, 0o644)
        if let errors {
            posix_spawn_file_actions_addopen(&actions, 2, errors, O_WRONLY | O_CREAT | O_APPEND, 0o644)
        } else {
            posix_spawn_file_actions_adddup2(&actions, 1, 2)
        }
        for (there, here) in descriptors { posix_spawn_file_actions_adddup2(&actions, here, there) }

        var environment = environment
        environment["PATH"] = environment["PATH"] ?? "/usr/sbin:/usr/bin:/sbin:/bin"
        // What a binary built with AddressSanitizer is to do with what it finds.
        environment["ASAN_OPTIONS"] = ProcessInfo.processInfo.environment["ASAN_OPTIONS"]
        // Such a binary is near the toolchain, whose handler of crashes, a QUIT to a process that has just begun included, copies memory that is
        // nobody's.
        if Run.isSanitized { environment["SWIFT_BACKTRACE"] = "enable=no" }
        let arguments = cStrings(command)
        let variables = cStrings(environment.map { "\($0)=\($1)" })
        defer { for string in arguments + variables { free(string) } }
        var pid: pid_t = 0
        // What the test process ignores, and what its threads block, a child of it must not.
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        var defaults = sigset_t()
        sigfillset(&defaults)
        posix_spawnattr_setsigdefault(&attributes, &defaults)
        var blocked = sigset_t()
        sigemptyset(&blocked)
        posix_spawnattr_setsigmask(&attributes, &blocked)
        posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK))
        let failure = posix_spawnp(&pid, command[0], &actions, &attributes, arguments, variables)
        guard failure == 0 else { throw Failure(description: "\(command[0]): \(String(cString: strerror(failure)))") }
        self.pid = pid
        outputPath = output
        Undertaker.shared.watch(pid)
    }

    deinit {
        kill(pid, SIGKILL)
        waitpid(pid, nil, 0)
    }

    /// What it has written so far; a byte that is no UTF-8 is U+FFFD.
    public var output: String { (try? Data(contentsOf: URL(filePath: outputPath))).map { String(decoding: $0, as: UTF8.self) } ?? "" }

    /// Sends a signal.
    public func send(_ signal: CInt) { kill(pid, signal) }

    /// Whether it has ended, for whatever cause. Asks the kernel, where a process that nobody has waited for yet is a zombie.
    public var hasEnded: Bool { Support.hasEnded(pid) }

    /// Waits for its end: the exit status, or 128 and the signal, as a shell has it; nil where it did not end in time.
    public func wait(seconds: Double = 10) -> Int32? {
        guard (try? eventually(within: seconds, { hasEnded })) != nil else { return nil }
        var info = siginfo_t()
        guard waitid(P_PID, id_t(pid), &info, WEXITED | WNOWAIT) == 0 else { return nil }
        return info.si_code == CLD_EXITED ? info._sifields._sigchld.si_status : 128 + info._sifields._sigchld.si_status
    }

    /// Why a process could not be started.
    public struct Failure: Error, CustomStringConvertible {
        /// The command and the cause.
        public let description: String

        /// With the command and the cause.
        public init(description: String) { self.description = description }
    }
}

/// Whether a process is gone or a zombie: where process 1 does not reap, an orphan stays one.
public func hasEnded(_ pid: pid_t) -> Bool {
    guard let status = try? String(contentsOfFile: "/proc/\(pid)/stat", encoding: .utf8), let end = status.lastIndex(of: ")") else { return true }
    return "ZX".contains(status[status.index(end, offsetBy: 2)])
}

/// What a process calls itself; nil where it is gone.
public func name(of pid: pid_t) -> String? {
    (try? String(contentsOfFile: "/proc/\(pid)/comm", encoding: .utf8))?.trimmingCharacters(in: .newlines)
}

/// The processes whose parent is that one.
public func children(of parent: pid_t) -> [pid_t] {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []
    return names.compactMap { pid_t($0) }.filter { pid in
        guard let status = try? String(contentsOfFile: "/proc/\(pid)/stat", encoding: .utf8), let end = status.lastIndex(of: ")") else {
            return false
        }
        let fields = status[end...].split(separator: " ")
        return fields.count > 2 && fields[1] != "Z" && pid_t(fields[2]) == parent
    }
    .sorted()
}

/// Runs a command to its end.
///
/// - Returns: its exit status, standard output, and standard error.
public func run(
    _ words: [String],
    environment: [String: String] = [:],
    as account: Account = .invoker,
    input: String = "",
    seconds: Double = 60
) throws -> (status: Int32?, output: String, errors: String) {
    let folder = Run.makeFolder("run", for: .invoker)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    try input.write(toFile: "\(folder)/in", atomically: false, encoding: .utf8)
    let child = try ChildProcess(
        words,
        environment: environment,
        as: account,
        input: "\(folder)/in",
        output: "\(folder)/out",
        errors: "\(folder)/err"
    )
    let status = child.wait(seconds: seconds)
    let errors = (try? String(contentsOfFile: "\(folder)/err", encoding: .utf8)) ?? ""
    let output = child.output
    Witness.keep(command: words, status: status, output: output, errors: errors)
    return (status, output, errors)
}

/// Ends what a test process left behind when it died: a shell that reads process ids from a pipe, and kills them when the pipe ends.
private final class Undertaker: Sendable {
    static let shared = Undertaker()

    private let pipe: CInt

    private init() {
        var ends: [CInt] = [0, 0]
        guard Glibc.pipe(&ends) == 0 else { fatalError("no pipe: errno \(errno)") }
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        posix_spawn_file_actions_adddup2(&actions, ends[0], 0)
        // Whoever reads the tests' output must not wait for the shell.
        for output in [1, 2] as [CInt] { posix_spawn_file_actions_addopen(&actions, output, "/dev/null", O_WRONLY, 0) }
        // A process id may be a stranger's by then; strangers have another session.
        let script = """
            session() { sed 's/.*) //' "/proc/$1/stat" | cut -d ' ' -f 4; }
            while read -r p; do all="$all $p"; done
            for p in $all; do [ "$(session $p)" != "$(session $$)" ] || left="$left $p"; done
            [ -z "$left" ] || { kill -TERM $left; sleep 2; kill -KILL $left; }
            [ -z "$1" ] || rm -rf "$1"
            """
        let words = cStrings(["/bin/sh", "-c", script, "undertaker", Run.isFolderGiven ? "" : Run.folder])
        defer { for word in words { free(word) } }
        var pid: pid_t = 0
        guard posix_spawn(&pid, "/bin/sh", &actions, nil, words, nil) == 0 else { fatalError("no shell") }
        close(ends[0])
        pipe = ends[1]
    }

    func watch(_ pid: pid_t) {
        let line = "\(pid)\n"
        _ = write(pipe, line, line.utf8.count)
    }
}

/// Copies ended by NUL, with a nil behind the last; whoever asked for them frees them.
private func cStrings(_ strings: [String]) -> [UnsafeMutablePointer<CChar>?] {
    var copies = strings.map { strdup($0) as UnsafeMutablePointer<CChar>? }
    copies.append(nil)
    return copies
}
