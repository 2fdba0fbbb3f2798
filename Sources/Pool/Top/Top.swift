import CProcess
import Glibc
import SystemPackage
import Waiting

/// `debrief top`: a pool as it is, again and again; on a terminal as a picture, elsewhere as lines.
///
/// One thread and one wait, for keys, signals, the master's answer and the time.
public enum Top {
    /// Why it ended.
    public enum End: Equatable, Sendable {
        /// Whoever looked has seen enough; with what `status` would exit with.
        case left(status: Int32)
        /// By a signal, which is still to end the process: see ``Top/die(by:)``.
        case signal(CInt)
    }

    /// Why it cannot go on.
    public enum Failure: Error, CustomStringConvertible {
        /// The master cannot be reached at all.
        case control(ControlError)
        /// What is to be written to does not take it, or the terminal is none any more.
        case output(Errno)

        /// One line, without an end.
        public var description: String {
            switch self {
            case .control(let error): "\(error)"
            case .output(let error): "cannot write to standard output: \(error)"
            }
        }
    }

    /// Whether standard input and standard output are a terminal that can be drawn on.
    public static var hasTerminal: Bool { isatty(STDIN_FILENO) == 1 && isatty(STDOUT_FILENO) == 1 && TerminalLook.current.isDrawable }

    /// Ends this process by a signal, so that whoever waits for it sees by which.
    public static func die(by signal: CInt) -> Never {
        debrief_default_signal(signal)
        kill(getpid(), signal)
        _ = debrief_block_signals(0)
        // Not for any of ours.
        exit(128 + signal)
    }
}

// MARK: - Lines

extension Top {
    /// Writes a line to standard output at each interval: for so many lines, or until nobody reads them any more.
    ///
    /// Rates need two looks, so the first line comes with the second one; that there is no pool is said at once.
    ///
    /// - Parameters:
    ///   - path: the control socket.
    ///   - count: nil for no end.
    /// - Returns: what `status` would exit with.
    public static func writeLines(path: String, intervalMilliseconds: Int, count: Int?) throws(Failure) -> Int32 {
        // A reader that has had enough, such as head(1), is seen at the write.
        debrief_ignore_signal(SIGPIPE)
        var watch = TopWatch(path: path, intervalMilliseconds: intervalMilliseconds)
        var (written, looks) = (0, 0)
        while written < count ?? .max {
            _ = wait(forAny: watch.descriptor.map { [($0, .readable)] } ?? [], until: watch.deadline)
            try proceed(&watch)
            guard watch.looks > looks else { continue }
            looks = watch.looks
            // The first look at a master is what the second one is compared with.
            if case .pool = watch.pool.found, watch.pool.rates?.requests == nil, looks == 1 { continue }
            do {
                try FileDescriptor.standardOutput.writeAll("\(watch.pool.line(at: unixMicroseconds()))\n".utf8)
            } catch Errno.brokenPipe {
                break
            } catch {
                throw .output(error as? Errno ?? .ioError)
            }
            written += 1
        }
        return watch.exitStatus
    }

    @discardableResult
    private static func proceed(_ watch: inout TopWatch) throws(Failure) -> Bool {
        do throws(ControlError) {
            return try watch.proceed()
        } catch {
            throw .control(error)
        }
    }
}

// MARK: - A picture

extension Top {
    /// Draws on the terminal until whoever looks has seen enough. Whatever ends it, the terminal is then as it was.
    ///
    /// - Parameter path: the control socket.
    public static func draw(path: String, intervalMilliseconds: Int) throws(Failure) -> End {
        let end: Result<End, ControlError>
        do throws(Errno) {
            // Before the terminal is changed, so that no signal ends the process in between.
            let signals = try SignalDescriptor(blocking: [.terminate, .interrupt, .quit, .hangUp, .rest])
            var terminal = try Terminal()
            var screen = TopScreen(watch: TopWatch(path: path, intervalMilliseconds: intervalMilliseconds))
            end = try screen.run(&terminal, signals)
        } catch {
            throw .output(error)
        }
        switch end {
        case .success(let end): return end
        case .failure(let error): throw .control(error)
        }
    }
}
