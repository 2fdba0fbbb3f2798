import Foundation

/// What others could have seen and no log keeps, written down in the run's folder for the search for secrets at its end: arguments and environments
/// of our processes, responses that are errors, and what commands print.
public enum Witness {
    /// What was seen, and the file that keeps it.
    enum Kind: String {
        case arguments
        case environments
        case responses
        case outputs
        case errors
        case logs
    }

    /// Keeps a text.
    static func keep(_ text: String, as kind: Kind) {
        if !text.isEmpty { keep(Data(text.utf8), as: kind) }
    }

    /// Keeps a response where it is an error, or none that could be read.
    static func keep(_ response: Client.Response, _ bytes: [UInt8]) {
        if response.status >= 400 || response.status == 0 && !bytes.isEmpty { keep(Data(bytes), as: .responses) }
    }

    /// Keeps what processes show of themselves to whoever may look.
    static func look(at processes: [pid_t]) {
        for pid in processes {
            for (name, kind) in [("cmdline", Kind.arguments), ("environ", .environments)] {
                let shown = FileManager.default.contents(atPath: "/proc/\(pid)/\(name)")
                let lines = shown.map { Data($0.map { $0 == 0 ? 10 : $0 }) } ?? Data("may not be read".utf8)
                keep(Data("\(pid) \(Support.name(of: pid) ?? "gone"):\n".utf8) + lines, as: kind)
            }
        }
    }

    /// Keeps what a command printed, and the words that it took: one that was given a token and refused it has done well. Tokens that it was to print
    /// are noted as secrets instead.
    static func keep(command words: [String], status: Int32?, output: String, errors: String) {
        let isScript = words.first?.hasPrefix("\(Run.repository)/scripts/") == true
        guard isScript || words.contains(Run.binary) else { return }
        if status == 0 { keep(words.joined(separator: "\n"), as: .arguments) }
        keep(errors, as: .errors)
        let isUp = words.first == "\(Run.repository)/scripts/up"
        let makesToken = isUp || words.contains("token") && (words.contains("create") || words.contains("rotate"))
        if makesToken { Secrets.note(tokensIn: output) } else { keep(output, as: .outputs) }
    }

    /// Keeps what a state folder of `scripts/up` has, before it is gone: its logs, and what its processes show.
    public static func keep(place state: String) {
        // Where root made it, it is elsewhere, and a link leads to it.
        let folder = URL(filePath: state).resolvingSymlinksInPath().path
        for case let name as String in FileManager.default.enumerator(atPath: folder) ?? .init() where name.hasSuffix("log") || name.hasSuffix(".out")
        {
            if let log = FileManager.default.contents(atPath: "\(folder)/\(name)") { keep(log, as: .logs) }
        }
        let text = try? String(contentsOfFile: "\(folder)/run/debrief.pid", encoding: .utf8)
        if let master = text.flatMap({ pid_t($0.trimmingCharacters(in: .newlines)) }) { look(at: [master] + children(of: master)) }
    }

    private static func keep(_ data: Data, as kind: Kind) { RunFile.named("witness/\(kind.rawValue)").append(data + [10]) }
}
