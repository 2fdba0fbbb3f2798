import API
import CProcess
import Glibc
import SystemPackage
import Waiting

/// What `debrief check` asks of the database, asked in a child, since the master must have no connection; the answer comes through a pipe.
struct DatabaseCheck {
    enum Verdict: Equatable {
        case fit
        /// PostgreSQL cannot be reached, or not now.
        case unreachable([String])
        /// It can, but must not be served from.
        case unfit([String])
    }

    /// The check's own limits end it before.
    static let limitMilliseconds = 15_000
    private static let largestAnswer = 16_384

    /// Readable when there is an answer.
    let descriptor: CInt
    let pid: pid_t
    /// Whether the process has ended, and was seen to.
    var isGone = false
    private var answer: [UInt8] = []

    /// Begins one.
    init(_ options: PoolOptions, workers: ClosedRange<Int>, _ privileges: Privileges) throws(Errno) {
        let child = try AnsweringChild { Self.run(options, workers, privileges, answer: $0) }
        (pid, descriptor) = (child.pid, child.descriptor)
    }

    /// In the child.
    private static func run(_ options: PoolOptions, _ workers: ClosedRange<Int>, _ privileges: Privileges, answer: CInt) {
        do throws(Errno) {
            try privileges.drop(keeping: [answer])
        } catch {
            _ = try? FileDescriptor(rawValue: answer).writeAll("!the check cannot give up its rights: \(error)".utf8)
            return
        }
        _ = debrief_die_with_parent(SIGKILL)
        let checks = DeploymentCheck.all(options.database, workers: workers.upperBound)
        let faults = checks.flatMap { check in check.faults.map { "\(check.name): \($0)" } }
        let kind = faults.isEmpty ? "+" : checks.contains(where: \.isUnreachable) ? "-" : "!"
        let text = kind + faults.map { $0.replacing("\n", with: " ") }.joined(separator: "\n")
        _ = try? FileDescriptor(rawValue: answer).writeAll(text.utf8.prefix(largestAnswer))
    }

    /// The answer, where it is there, without waiting for it; once, since it ends the check.
    mutating func verdict(isLate: Bool) -> Verdict? {
        var chunk = [UInt8](repeating: 0, count: Self.largestAnswer)
        while true {
            let count = read(descriptor, &chunk, chunk.count)
            if count > 0 {
                answer += chunk[..<count]
            } else if count == 0 {
                close(descriptor)
                return Self.verdict(answer)
            } else if errno != EINTR {
                break
            }
        }
        guard isLate else { return nil }
        cancel()
        return .unreachable(["the check of the database took longer than \(Self.limitMilliseconds / 1_000) s"])
    }

    private static func verdict(_ answer: [UInt8]) -> Verdict {
        let reasons = String(decoding: answer.dropFirst(), as: UTF8.self).split(separator: "\n").map(String.init)
        return switch answer.first {
        case UInt8(ascii: "+"): .fit
        case UInt8(ascii: "-"): .unreachable(reasons)
        case UInt8(ascii: "!"): .unfit(reasons)
        default: .unfit(["the check of the database ended without an answer"])
        }
    }

    /// Ends it without an answer.
    func cancel() {
        if !isGone {
            kill(pid, SIGKILL)
            waitpid(pid, nil, 0)
        }
        close(descriptor)
    }

    /// Waits for the answer: at a start, there is nothing else to do yet. Nil where a signal tells the master to stop.
    func wait(orUntil signals: borrowing SignalDescriptor) -> Verdict? {
        var check = self
        let deadline = Deadline.after(milliseconds: Self.limitMilliseconds)
        while true {
            if let verdict = check.verdict(isLate: deadline.hasPassed) { return verdict }
            _ = Waiting.wait(forAny: [(descriptor, .readable), (signals.descriptor, .readable)], until: deadline)
            guard let (signal, _) = signals.next(), [.terminate, .interrupt, .quit].contains(signal) else { continue }
            cancel()
            return nil
        }
    }
}
