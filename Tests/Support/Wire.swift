import Foundation

/// Two machines and a wire between them, as far as the network is concerned: two namespaces, which end with this value. For root alone.
///
/// What is at one end reaches the other end and nothing else. Unix sockets are reached from everywhere, so the tests' own connections are not
/// concerned.
public final class Wire: Sendable {
    /// PostgreSQL's address.
    public static let serverAddress = "10.87.0.1"
    /// The pool's.
    public static let poolAddress = "10.87.0.2"
    /// Of a name server that nobody is; what is sent there is lost.
    public static let silentAddress = "10.87.1.1"

    private let server: Namespace
    private let pool: Namespace
    private let folder: String

    /// What becomes of what the pool sends, and of what is sent to it.
    public enum Fault: String, Sendable, CaseIterable {
        /// All that the server sends is lost on the way.
        case answersAreLost = "answers are lost"
        /// The plug is pulled at the server's end.
        case linkIsDown = "the link is down"
    }

    /// Lays it.
    public init() throws {
        folder = Run.makeFolder("wire", for: .invoker)
        (server, pool) = (try Namespace("\(folder)/server"), try Namespace("\(folder)/pool"))
        try server.run("ip link add wire type veth peer name wire netns \(pool.process.pid)")
        try server.run("ip address add \(Self.serverAddress)/24 dev wire; ip link set wire up; ip link set lo up")
        try pool.run("ip address add \(Self.poolAddress)/24 dev wire; ip link set wire up; ip link set lo up")
        try pool.run("ip route add \(Self.silentAddress)/32 via \(Self.serverAddress)")
        try server.run("ip route add blackhole \(Self.silentAddress)/32")
    }

    /// Whether one can be laid here: not in every container.
    public static let isPossible = Run.isRoot && (try? Wire()) != nil

    /// What stands before a command that runs at PostgreSQL's end.
    public var atServer: [String] { server.prefix }

    /// What stands before a command that runs at the pool's.
    public var atPool: [String] { pool.prefix }

    /// Breaks it.
    public func fail(_ fault: Fault) throws {
        switch fault {
        case .answersAreLost: try server.run("ip route add blackhole \(Self.poolAddress)/32")
        case .linkIsDown: try server.run("ip link set wire down")
        }
    }

    /// Mends it.
    public func mend(_ fault: Fault) throws {
        switch fault {
        case .answersAreLost: try server.run("ip route del blackhole \(Self.poolAddress)/32")
        case .linkIsDown: try server.run("ip link set wire up")
        }
    }

    /// Has the pool's end ask a name server that never answers, and know these names without it.
    public func setNames(_ names: [String: String]) throws {
        let (resolver, hosts) = ("\(folder)/resolv.conf", "\(folder)/hosts")
        let isFirst = !FileManager.default.fileExists(atPath: resolver)
        // So that the resolver gives up after 4 s.
        try "nameserver \(Self.silentAddress)\noptions timeout:2 attempts:2\n".write(toFile: resolver, atomically: false, encoding: .utf8)
        try names.map { "\($1) \($0)\n" }.joined().write(toFile: hosts, atomically: false, encoding: .utf8)
        if isFirst { try pool.run("mount --bind \(resolver) /etc/resolv.conf; mount --bind \(hosts) /etc/hosts") }
    }
}

/// A network, and a view of the file system, of its own: held by a process that does nothing.
private struct Namespace: Sendable {
    let process: ChildProcess

    init(_ path: String) throws {
        let process = try ChildProcess(
            ["/usr/bin/unshare", "--net", "--mount", "--propagation", "private", "/bin/sh", "-c", "echo made; exec sleep infinity"],
            output: path
        )
        self.process = process
        try eventually { process.output == "made\n" || process.hasEnded }
    }

    var prefix: [String] { ["/usr/bin/nsenter", "--target", "\(process.pid)", "--net", "--mount", "--"] }

    func run(_ script: String) throws {
        let (status, output, errors) = try Support.run(prefix + ["/bin/sh", "-ec", script])
        guard status == 0 else { throw ChildProcess.Failure(description: "\(script): \(output)\(errors)") }
    }
}
