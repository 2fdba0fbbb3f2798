import Foundation
import Support
import Testing

@Suite("A password of the workers", .serialized, .enabled(if: Run.isRoot && Inspection.isAllowed))
struct SecretPasswordTests {
    private static let password = "correct-horse-1"
    private static let adminPassword = "battery-staple-2"
    private static let cluster = Swift.Result { try PasswordCluster(password: password) }

    /// How a pool may be told of it.
    enum Way: CaseIterable {
        case environment, libpqEnvironment, settings, file
    }

    /// Root's, and readable for the group that workers are in, as systemd's credentials can be.
    private static func write(_ password: String, mode: mode_t = 0o640) throws -> String {
        let path = "\(Run.makeFolder("password", for: .invoker))/password"
        try replace(path, by: password, mode: mode)
        return path
    }

    /// At once, as who changes a password does.
    private static func replace(_ path: String, by password: String, mode: mode_t = 0o640) throws {
        try "\(password)\n".write(toFile: "\(path).new", atomically: false, encoding: .utf8)
        chmod("\(path).new", mode)
        if let ids = Account.debrief.ids { chown("\(path).new", 0, ids.group) }
        guard rename("\(path).new", path) == 0 else { throw POSIXError(.EIO) }
    }

    private static func makePool(_ way: Way, as account: Account, _ conninfo: String) throws -> PrivatePool {
        let admin = "\(conninfo) password=\(adminPassword)"
        var settings = ["DEBRIEF_ADMIN_DATABASE": admin]
        var environment = ["DEBRIEF_ADMIN_DATABASE": admin]
        if account == .invoker { settings["DEBRIEF_USER"] = "debrief" }
        switch way {
        case .environment: environment["DEBRIEF_DATABASE"] = "\(conninfo) password=\(password)"
        case .libpqEnvironment: (settings["DEBRIEF_DATABASE"], environment["PGPASSWORD"]) = (conninfo, password)
        case .settings: settings["DEBRIEF_DATABASE"] = "\(conninfo) password=\(password)"
        case .file: (settings["DEBRIEF_DATABASE"], settings["DEBRIEF_DATABASE_PASSWORD_FILE"]) = (conninfo, try write(password))
        }
        return try PrivatePool(as: account, settings: settings, environment: environment)
    }

    /// Each way, and each way of starting a pool; all pairs where there is time.
    private static let pools: [(way: Way, account: Account)] = Way.allCases.enumerated().flatMap { index, way in
        let accounts: [Account] = [.invoker, .debrief]
        return (Run.isLong ? accounts : [accounts[(index + 1) / 2 % 2]]).map { (way, $0) }
    }

    @Test(
        "is in no argument, environment listing or log of any process, however they are told of it; nor is the admin's, nor anywhere in their memory",
        arguments: pools
    )
    func listings(_ way: Way, _ account: Account) throws {
        let cluster = try Self.cluster.get()
        let pool = try Self.makePool(way, as: account, cluster.conninfo)
        try eventually(within: 30) { try pool.answers(cluster.token) }
        // A master that took over from another has been given its environment by an exec.
        for words in ["reload", "upgrade"] {
            let done = try pool.command(words)
            #expect(done.status == 0, "\(done)")
            try eventually(within: 30) { try pool.processes.count == 4 && pool.answers(cluster.token) }
            for process in pool.processes {
                let note = Comment("\(name(of: process) ?? "") after \(words)")
                #expect(Inspection.bytes("/proc/\(process)/environ").allSatisfy { $0 == 0 }, note)
                #expect(!Inspection.text("/proc/\(process)/cmdline").contains("password"), note)
                // AddressSanitizer keeps what was freed.
                #expect(Run.isSanitized || Inspection.memory(of: process, has: [Self.adminPassword]) == [], note)
            }
            // Of a file, only who connects knows it; of libpq's environment, the master, too, which hands it on.
            let ignorant = way == .file ? [pool.master] + pool.operators : way == .libpqEnvironment ? pool.operators : []
            for process in ignorant {
                #expect(Run.isSanitized || Inspection.memory(of: process, has: [Self.password]) == [], "\(name(of: process) ?? "") after \(words)")
            }
        }
        #expect(!pool.said.contains(Self.password) && !pool.said.contains(Self.adminPassword))
        // What is looked for can be found: a worker has authenticated by it.
        #expect(pool.workers.contains { Inspection.memory(of: $0, has: [Self.password]) != [] })
    }

    @Test("that was changed in its file is found without a reload, and requests only wait for it")
    func rotated() throws {
        let cluster = try Self.cluster.get()
        let path = try Self.write(Self.password)
        let settings = ["DEBRIEF_DATABASE": cluster.conninfo, "DEBRIEF_DATABASE_PASSWORD_FILE": path, "DEBRIEF_USER": "debrief"]
        let pool = try PrivatePool(as: .invoker, settings: settings)
        try eventually(within: 30) { try pool.answers(cluster.token) }
        let workers = pool.workers
        defer { try? cluster.change(to: Self.password) }
        try Self.replace(path, by: "correct-horse-3")
        try cluster.change(to: "correct-horse-3")
        try eventually(within: 30) { try pool.answers(cluster.token) }
        #expect(pool.workers == workers)
        #expect(Inspection.memory(of: pool.master, has: ["correct-horse-3"]) == [])
    }

    @Test("is refused by check and at the start where its file is others' to read, in a line that says so and not what it is")
    func refused() throws {
        let cluster = try Self.cluster.get()
        let path = try Self.write(Self.password, mode: 0o644)
        let environment = [
            "DEBRIEF_DATABASE": cluster.conninfo, "DEBRIEF_DATABASE_PASSWORD_FILE": path, "DEBRIEF_USER": "debrief",
            "DEBRIEF_LISTEN": "\(Run.makeFolder("refused", for: .invoker))/debrief.sock",
        ]
        let check = try run([Run.binary, "check"], environment: environment)
        #expect(check.status == 1)
        #expect(
            check.output.contains("the password file \(path): others have a right to it; chmod it to 0600, or 0640 where it is root's"),
            "\(check)"
        )
        let served = try run([Run.binary, "serve"], environment: environment)
        #expect(served.status == 1)
        #expect(served.errors.contains("others have a right to it"), "\(served.errors)")
        #expect(!(check.output + check.errors + served.errors).contains(Self.password))
        // The right file is root's, and the account's by its group.
        try Self.replace(path, by: Self.password)
        #expect(try run([Run.binary, "check"], environment: environment).status == 0)
    }
}
