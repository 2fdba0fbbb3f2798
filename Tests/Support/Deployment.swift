import Foundation
import Synchronization

/// A pool on a database with an nginx of its own before it, as `scripts/up` runs them, in a folder of its own and without a port.
public final class Deployment: Sendable {
    /// The folder that holds sockets, logs, and nginx's configuration.
    public let folder: String
    /// Where the workers listen: a path, or an address and a port.
    public let fastCGISocket: String
    /// Where nginx listens.
    public var httpSocket: String { "\(folder)/http.sock" }
    /// The site's address, of one that was made by ``NginxSite/atPort()``.
    public var url: String { "http://127.0.0.1:\(site.port ?? 0)" }
    private let handedOver: HandedOverSocket?
    /// Where the master takes commands.
    public var controlSocket: String { "\(folder)/control.sock" }
    /// The path by which the master is started, and starts its successor: a link, so that a test can put another program there.
    public var binary: String { "\(folder)/debrief" }
    /// What the master reads its settings from, at its start and at each reload.
    private var settingsPath: String { "\(folder)/settings" }
    private let conninfo: String
    private let settings: [String: String]
    private let outputPath: String
    private let site: NginxSite
    private let masterProcess: Mutex<ChildProcess?>
    private let nginxProcess: Mutex<ChildProcess?>

    /// How the master comes to its socket.
    public enum Listening: Sendable {
        /// It opens a Unix socket.
        case own
        /// A Unix socket is handed to it, as systemd does.
        case unixHandedOver
        /// The same over TCP.
        case tcpHandedOver
    }

    /// Starts both, and waits until a worker answers.
    ///
    /// - Parameters:
    ///   - settings: those of ours go into the master's settings file, any others into its environment; one that is empty is left out.
    ///   - output: where its standard output and standard error go; a file in the folder else.
    ///   - site: what nginx serves.
    public init(
        _ database: Database,
        workers: Int = 2,
        settings: [String: String] = [:],
        listening: Listening = .own,
        output: String? = nil,
        site: NginxSite = NginxSite()
    ) throws {
        self.site = site
        folder = Run.makeFolder("dep", for: .debrief)
        try Run.makeFolder(at: "\(folder)/run", for: .debrief)
        outputPath = output ?? "\(folder)/debrief.out"
        handedOver =
            switch listening {
            case .own: nil
            case .unixHandedOver: try HandedOverSocket(path: "\(folder)/debrief.sock")
            case .tcpHandedOver: try HandedOverSocket()
            }
        fastCGISocket = handedOver?.address ?? "\(folder)/debrief.sock"
        conninfo = database.conninfo(user: "debrief_api")
        self.settings = settings.merging(["DEBRIEF_WORKERS": "\(workers)"]) { given, _ in given }
        masterProcess = Mutex(nil)
        nginxProcess = Mutex(nil)
        try FileManager.default.createSymbolicLink(atPath: binary, withDestinationPath: Run.binary)
        try startMaster()
        try startNginx()
        do {
            // Over TLS, the answer to plain HTTP says that nginx is there, and the master's socket is by now.
            let wanted = site.isTLS ? 400 : 404
            try eventually(within: 30) { (try? client.send("GET /api/v1 HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"))?.status == wanted }
        } catch {
            let nginx = (try? String(contentsOfFile: "\(folder)/nginx.out", encoding: .utf8)) ?? ""
            throw ChildProcess.Failure(description: "the pool does not answer: \(self.output)\(log)\(nginx)")
        }
        // One answers; the others may not even have their name yet.
        try eventually(within: 30) { self.workers.count >= Int(self.settings["DEBRIEF_WORKERS"]?.prefix { $0.isNumber } ?? "") ?? 1 }
        beginWitness()
    }

    deinit {
        look()
        // After an upgrade this is somebody that was not started here.
        kill(masterID, SIGTERM)
        masterProcess.withLock { $0 }?.send(SIGTERM)
        nginxProcess.withLock { $0 }?.send(SIGTERM)
        _ = masterProcess.withLock { $0 }?.wait(seconds: 5)
        _ = nginxProcess.withLock { $0 }?.wait(seconds: 5)
    }

    /// Starts the master and waits for its socket.
    ///
    /// - Parameters:
    ///   - more: settings over those that it was made with.
    ///   - wrapper: a command before the master's own, which it runs with other limits or files.
    ///   - account: who runs the wrapper; one that is not the master's own has to see to that, see ``Account/prefix``.
    public func startMaster(settings more: [String: String] = [:], wrapper: [String] = [], as account: Account = .debrief) throws {
        try change(settings: more)
        let started = try ChildProcess(
            wrapper + (handedOver == nil ? [] : HandedOverSocket.prefix) + [binary, "serve", "--config", settingsPath],
            environment: settings.filter { !$0.key.hasPrefix(Self.prefix) },
            as: account,
            output: outputPath,
            descriptors: handedOver.map { [3: $0.descriptor] } ?? [:]
        )
        masterProcess.withLock { $0 = started }
        try eventually { handedOver != nil || FileManager.default.fileExists(atPath: fastCGISocket) || started.hasEnded }
    }

    /// Writes the settings that hold from the next start or reload on: those that it was made with, and others over them.
    public func change(settings more: [String: String]) throws {
        let own = ["DEBRIEF_DATABASE": conninfo, "DEBRIEF_LISTEN": fastCGISocket, "DEBRIEF_CONTROL": controlSocket, "DEBRIEF_LOG": logPath]
        let all = own.merging(settings) { $1 }.merging(more) { $1 }
        try change(settingsFile: all.filter { $0.key.hasPrefix(Self.prefix) && !$0.value.isEmpty }.map { "\($0)=\($1)\n" }.joined())
    }

    /// Writes the settings file as it is.
    public func change(settingsFile text: String) throws { try Self.write(settings: text, to: settingsPath) }

    /// Writes settings, which may hold a password, into a file that is readable by the pool's account and nobody else.
    public static func write(settings text: String, to path: String) throws {
        try text.write(toFile: path, atomically: false, encoding: .utf8)
        chmod(path, 0o640)
        if Run.isRoot, let debrief = Account.debrief.ids { chown(path, 0, debrief.group) }
    }

    private static let prefix = "DEBRIEF_"

    /// Puts another program in the place of the binary, at once, as who installs one does.
    public func install(_ program: String) throws {
        let new = "\(folder)/debrief.new"
        try FileManager.default.createSymbolicLink(atPath: new, withDestinationPath: program)
        guard rename(new, binary) == 0 else { throw POSIXError(POSIXErrorCode(rawValue: errno) ?? .EIO) }
    }

    /// Runs a command of the binary's against this pool, as the account that may.
    public func command(_ words: String...) throws -> (status: Int32?, output: String, errors: String) { try command(words) }

    /// The same.
    public func command(_ words: [String]) throws -> (status: Int32?, output: String, errors: String) {
        try run([Run.binary] + words + ["--config", settingsPath], as: .debrief)
    }

    private func startNginx() throws {
        let home = "\(folder)/nginx"
        try FileManager.default.createDirectory(atPath: home, withIntermediateDirectories: false)
        try site.render(
            into: home,
            listen: "unix:\(httpSocket)",
            socket: handedOver?.address.hasPrefix("127.") == true ? fastCGISocket : "unix:\(fastCGISocket)",
            folder: folder
        )
        if site.isTLS { try NginxSite.makeCertificates(in: home) }
        if Run.isRoot, let nginx = Account.nginx.ids, let debrief = Account.debrief.ids {
            chown(home, nginx.user, nginx.group)
            // nginx makes its socket here. The master may just be making one of its own: its group's right comes before the owner's goes.
            chmod(folder, 0o775)
            chown(folder, nginx.user, debrief.group)
        }
        let started = try ChildProcess(
            ["/usr/sbin/nginx", "-p", "\(home)/", "-e", "stderr", "-c", "\(home)/nginx.conf"],
            as: .nginx,
            output: "\(folder)/nginx.out"
        )
        nginxProcess.withLock { $0 = started }
        try eventually { FileManager.default.fileExists(atPath: httpSocket) || started.hasEnded }
    }

    /// The master's process.
    public var master: ChildProcess {
        masterProcess.withLock {
            guard let process = $0 else { fatalError("no master was started") }
            return process
        }
    }

    /// The process id of the master that is in charge: the one that an upgrade put there, or else the one that was started here.
    public var masterID: pid_t {
        let text = try? String(contentsOfFile: pidPath, encoding: .utf8)
        guard let pid = text.flatMap({ pid_t($0.trimmingCharacters(in: .newlines)) }), !hasEnded(pid) else { return master.pid }
        return pid
    }

    /// Where the master writes its process id.
    public var pidPath: String { "\(folder)/debrief.pid" }

    /// The workers' process ids: of those children of the master that say that they are workers.
    public var workers: [pid_t] { children(named: "debrief-worker") }

    /// How many of these processes are no workers any more.
    public func lost(of workers: [pid_t]) -> Int { Set(workers).subtracting(self.workers).count }

    /// The process id of the operator's process; nil where there is none.
    public var operatorProcess: pid_t? { children(named: "debrief-operator").first }

    private func children(named name: String) -> [pid_t] {
        // The kernel keeps 15 bytes of a name.
        Support.children(of: masterID).filter { (try? String(contentsOfFile: "/proc/\($0)/comm", encoding: .utf8)) == "\(name.prefix(15))\n" }
    }

    /// Where nginx's plain HTTP is refused, beside the site over TLS.
    public var plainSocket: String { "\(folder)/plain.sock" }

    /// The certificate to trust of the site over TLS, whose host is ``NginxSite/name``.
    public var certificatePath: String { "\(folder)/nginx/fullchain.pem" }

    /// What nginx has logged of errors, its own and the requests'.
    public var errorLog: String {
        ["\(folder)/nginx.out", "\(folder)/nginx/error.log"].map { (try? String(contentsOfFile: $0, encoding: .utf8)) ?? "" }.joined()
    }

    /// A client of nginx.
    public var client: Client { Client(socket: httpSocket) }

    /// A client of nginx's server for operators.
    public var operatorClient: Client { Client(socket: "\(folder)/operator-http.sock") }

    /// What master and workers have logged.
    public var log: String { (try? String(contentsOfFile: logPath, encoding: .utf8)) ?? "" }

    /// What nginx has logged of accesses.
    public var accessLog: String { (try? String(contentsOfFile: "\(folder)/nginx/access.log", encoding: .utf8)) ?? "" }

    /// Where they log.
    public var logPath: String { "\(folder)/run/debrief.log" }

    /// What they have written to standard output and standard error.
    public var output: String { (try? String(contentsOfFile: outputPath, encoding: .utf8)) ?? "" }

    /// Lines of the logs that say that something is wrong, and that the test did not expect: for its end. Of master and workers those of level
    /// `error` or
    /// `critical`, and those that are no JSON; of nginx all, since it only writes what admins should see.
    ///
    /// - Parameter expected: what a line holds that is to be passed over.
    public func unexpectedLogLines(expected: [String] = []) -> [String] {
        let own = log.split(separator: "\n").map(String.init).filter { line in
            guard let level = JSONValue(parsing: Array(line.utf8))?["level"]?.string else { return true }
            return level == "error" || level == "critical"
        }
        let nginx = errorLog.split(separator: "\n").map(String.init)
        return (own + nginx).filter { line in !expected.contains { line.contains($0) } }
    }
}
