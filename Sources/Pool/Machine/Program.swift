import Glibc
import SystemPackage
import Waiting

/// Another program that is run to its end for what it prints. There is no shell between, and of our environment it gets the path alone: the rest may
/// hold a password. The C functions are `posix_spawnp` and `waitpid`.
enum Program {
    /// More than a line or two is not read.
    private static let largestOutput = 16_384

    /// What it prints, to standard output and standard error.
    ///
    /// - Parameters:
    ///   - words: the program, looked for in PATH unless it has a slash, and its arguments.
    ///   - milliseconds: how long it may take; it is killed then.
    /// - Returns: nil where there is no such program, or it does not end in time, or by a signal.
    static func output(of words: [String], milliseconds: Int) -> (status: CInt, text: String)? {
        let deadline = Deadline.after(milliseconds: milliseconds)
        var ends: [CInt] = [0, 0]
        guard pipe(&ends) == 0 else { return nil }
        defer { close(ends[0]) }
        for end in ends { try? setCloseOnExec(true, of: end) }
        _ = fcntl(ends[0], F_SETFL, O_NONBLOCK)
        let started = start(words, output: ends[1])
        close(ends[1])
        guard let pid = started else { return nil }
        let text = read(ends[0], until: deadline)
        // What has closed its output and goes on, too, is not waited for beyond the limit.
        var status: CInt = 0
        while case let ended = waitpid(pid, &status, WNOHANG), ended != pid {
            guard ended == 0 || errno == EINTR else { return nil }
            if deadline.hasPassed { kill(pid, SIGKILL) }
            pause(milliseconds: 1, until: .after(milliseconds: 1))
        }
        // The macros WIFEXITED and WEXITSTATUS.
        guard let text, status & 0x7f == 0 else { return nil }
        return (status >> 8 & 0xff, text)
    }

    private static func start(_ words: [String], output: CInt) -> pid_t? {
        var actions = posix_spawn_file_actions_t()
        var attributes = posix_spawnattr_t()
        guard posix_spawn_file_actions_init(&actions) == 0, posix_spawnattr_init(&attributes) == 0 else { return nil }
        defer {
            posix_spawn_file_actions_destroy(&actions)
            posix_spawnattr_destroy(&attributes)
        }
        posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0)
        for standard in [STDOUT_FILENO, STDERR_FILENO] { posix_spawn_file_actions_adddup2(&actions, output, standard) }
        // A master blocks most signals and ignores some; that is not meant for others.
        var signals = sigset_t()
        sigemptyset(&signals)
        posix_spawnattr_setsigmask(&attributes, &signals)
        sigfillset(&signals)
        posix_spawnattr_setsigdefault(&attributes, &signals)
        posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK))

        let path = ProcessEnvironment.value("PATH") ?? "/usr/sbin:/usr/bin:/sbin:/bin"
        let arguments = copies(of: words)
        let variables = copies(of: ["PATH=\(path)", "LC_ALL=C"])
        defer { for copy in arguments + variables { free(copy) } }
        var pid: pid_t = 0
        return posix_spawnp(&pid, words[0], &actions, &attributes, arguments, variables) == 0 ? pid : nil
    }

    /// All of it to the end; nil where that does not come in time.
    private static func read(_ descriptor: CInt, until deadline: Deadline) -> String? {
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 4_096)
        // What never stops would never have to be waited for.
        while !deadline.hasPassed {
            let count = Glibc.read(descriptor, &chunk, chunk.count)
            if count == 0 { return String(decoding: bytes, as: UTF8.self) }
            if count > 0 {
                bytes += chunk[..<min(count, largestOutput - bytes.count)]
            } else if errno == EAGAIN {
                guard wait(for: .readable, of: descriptor, until: deadline) else { return nil }
            } else if errno != EINTR {
                return nil
            }
        }
        return nil
    }

    /// Copies ended by NUL, with a nil behind the last.
    private static func copies(of strings: [String]) -> [UnsafeMutablePointer<CChar>?] {
        strings.map { strdup($0) as UnsafeMutablePointer<CChar>? } + [nil]
    }
}
