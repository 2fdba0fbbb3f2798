import Foundation
import Support
import Testing

/// Who owns a file, and its rights.
private func owner(of path: String) -> (user: uid_t, group: gid_t, mode: mode_t)? {
    var status = stat()
    return lstat(path, &status) == 0 ? (status.st_uid, status.st_gid, status.st_mode & 0o7777) : nil
}

@Suite("A master that root has started", .enabled(if: Run.isRoot))
struct RootMasterTests {
    private static let ids = Account.debrief.ids
    private let database: Database
    private let token: String

    init() throws {
        database = try Cluster.shared.get().makeDatabase()
        token = try database.makeToken(tenant: database.demoTenant())
    }

    private func makePool(environment: [String: String] = [:], descriptors: [CInt: CInt] = [:], wrapper: [String] = []) throws -> PrivatePool {
        let settings = ["DEBRIEF_DATABASE": database.conninfo(user: "debrief_api"), "DEBRIEF_USER": "debrief"]
        let environment = environment.merging(["HOME": "/root"]) { given, _ in given }
        return try PrivatePool(as: .invoker, settings: settings, environment: environment, descriptors: descriptors, wrapper: wrapper)
    }

    /// Expects that a child is the account and nobody else, for good, and that nobody can look into it or make it leave its memory behind.
    private func expectNoRights(_ pid: pid_t, location: SourceLocation = #_sourceLocation) throws {
        let ids = try #require(Self.ids)
        let status = Inspection.status(of: pid)
        let note = Comment("\(name(of: pid) ?? "\(pid)"): \(status)")
        #expect(status["Uid"] == [String](repeating: "\(ids.user)", count: 4).joined(separator: "\t"), note, sourceLocation: location)
        #expect(status["Gid"] == [String](repeating: "\(ids.group)", count: 4).joined(separator: "\t"), note, sourceLocation: location)
        #expect(status["Groups"] == "", note, sourceLocation: location)
        for set in ["CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb"] {
            #expect(status[set].flatMap { UInt64($0, radix: 16) } == 0, note, sourceLocation: location)
        }
        try expectNoWayBack(pid, location: location)
        #expect(limit("Max open files", of: pid) == ["256", "256"], sourceLocation: location)
    }

    /// Expects what holds for the master, too.
    private func expectNoWayBack(_ pid: pid_t, location: SourceLocation = #_sourceLocation) throws {
        let status = Inspection.status(of: pid)
        #expect(status["NoNewPrivs"] == "1", sourceLocation: location)
        #expect(status["Umask"] == "0027", sourceLocation: location)
        // Whatever filter of calls whoever started it has put on it.
        #expect(status["Seccomp"] == Inspection.status(of: getpid())["Seccomp"], sourceLocation: location)
        #expect(limit("Max core file size", of: pid) == ["0", "0"], sourceLocation: location)
        // The kernel gives what is not dumpable to root.
        #expect(owner(of: "/proc/\(pid)/mem")?.user == 0, sourceLocation: location)
    }

    /// The soft and the hard limit.
    private func limit(_ name: String, of pid: pid_t) -> [String] {
        let line = Inspection.text("/proc/\(pid)/limits").split(separator: "\n").first { $0.hasPrefix(name) }
        return line?.dropFirst(name.count).split(separator: " ").prefix(2).map(String.init) ?? []
    }

    @Test("has children of the account DEBRIEF_USER alone, without a right, a capability, a core or a way back; after an upgrade, too")
    func rights() throws {
        let pool = try makePool()
        for upgrade in [false, true] {
            if upgrade {
                let upgraded = try pool.command("upgrade")
                #expect(upgraded.status == 0, "\(upgraded)")
            }
            try eventually(within: 30) { pool.workers.count == 2 && pool.operators.count == 1 }
            #expect(Inspection.status(of: pool.master)["Uid"] == "0\t0\t0\t0")
            #expect(Inspection.status(of: pool.master)["Groups"] == "")
            try expectNoWayBack(pool.master)
            let children = pool.operators + pool.workers
            #expect(children.count == 3)
            for child in children { try expectNoRights(child) }
        }
        #expect(try pool.answers(token))
    }

    @Test("has its database checked by the account, too: peer authentication knows who asks")
    func check() throws {
        // The process of the check is gone too soon to be looked at; but PostgreSQL waits for it.
        try database.script("begin; lock table sessions in access exclusive mode")
        let pool = Background { try self.makePool() }
        var checks: [pid_t] = []
        try eventually(within: 30) {
            // Other suites' masters are no root's. It waits for PostgreSQL when it has a connection.
            let masters = children(of: getpid()).filter { name(of: $0) == "debrief-master" && isRoots($0) }
            checks = masters.flatMap { children(of: $0) }.filter { !isRoots($0) && Inspection.status(of: $0)["State"]?.hasPrefix("S") == true }
            return !checks.isEmpty
        }
        for check in checks { try expectNoRights(check) }
        try database.script("commit")
        _ = try pool.value()
    }

    private func isRoots(_ process: pid_t) -> Bool { Inspection.status(of: process)["Uid"]?.hasPrefix("0\t") != false }

    @Test("leaves its children the descriptors that they need and no others", .enabled(if: Inspection.isAllowed))
    func descriptors() throws {
        let stray = open("/etc/hostname", O_RDONLY | O_CLOEXEC)
        defer { close(stray) }
        let pool = try makePool(descriptors: [7: stray, 100: stray, 900: stray])
        try eventually { try pool.answers(token) }
        #expect(Inspection.descriptors(of: pool.master).values.filter { $0 == "/etc/hostname" }.count == 3)
        // Sockets have no names here: the listener, and PostgreSQL; the two listeners, and the kernel's that is asked for the queue.
        let expected = [(pool.workers, ["eventfd", "eventpoll", "signalfd"], 2), (pool.operators, ["eventpoll", "signalfd"], 3)]
        for (processes, events, sockets) in expected {
            let files = ["/dev/null", pool.logPath, "\(pool.folder)/output", "\(pool.folder)/output"] + events.map { "anon_inode:[\($0)]" }
            for process in processes {
                var links: [CInt: String] = [:]
                // One may still be on its way to PostgreSQL, or have a pipe to a program that it asks at its start.
                try? eventually {
                    links = Inspection.descriptors(of: process)
                    return links.count == files.count + sockets && links.values.filter { $0.hasPrefix("socket:") }.count == sockets
                }
                #expect(links.values.filter { !$0.hasPrefix("socket:") }.sorted() == files.sorted(), "\(links)")
                #expect(links.values.filter { $0.hasPrefix("socket:") }.count == sockets, "\(links)")
            }
        }
    }

    @Test("gives the account the sockets for nginx and the log, and keeps the way of commands for itself")
    func files() throws {
        let ids = try #require(Self.ids)
        let pool = try makePool()
        for (path, mode) in [(pool.socket, 0o660), (pool.operatorSocket, 0o660), (pool.logPath, 0o640)] as [(String, mode_t)] {
            #expect(try #require(owner(of: path)) == (ids.user, ids.group, mode), "\(path)")
        }
        #expect(try #require(owner(of: pool.control)) == (0, 0, 0o600))
        // The account may not ask.
        #expect(try run([Run.binary, "status"], environment: ["DEBRIEF_CONTROL": pool.control], as: .debrief).status == 1)
        #expect(try pool.command("status").status == 0)
    }

    @Test("serves, reloads, scales, upgrades, opens its log anew in a folder that is root's, and stops")
    func life() throws {
        let pool = try makePool()
        #expect(try pool.answers(token))
        for words in ["reload", "scale 3", "scale default", "upgrade", "reload"] {
            let done = try pool.command(words)
            #expect(done.status == 0, "\(words): \(done)")
            #expect(try pool.answers(token))
        }
        try #require(rename(pool.logPath, "\(pool.logPath).1") == 0)
        kill(pool.master, SIGUSR1)
        try eventually { FileManager.default.fileExists(atPath: pool.logPath) }
        // Workers, too, write to the new one.
        try eventually {
            _ = try pool.answers(token)
            return try String(contentsOfFile: pool.logPath, encoding: .utf8).contains(#""request_id":"test""#)
        }
        #expect(try pool.command("stop").status == 0)
        #expect(!pool.said.contains(#""level":"error""#) && !pool.said.contains(#""level":"critical""#), "\(pool.said)")
        for path in [pool.socket, pool.operatorSocket, pool.control, "\(pool.folder)/debrief.pid"] { #expect(owner(of: path) == nil, "\(path)") }
    }

    @Test(
        "leaves no core of a worker that a fault ends, though whoever started it would have them, and puts another in its place",
        .enabled(if: !Run.isSanitized, "AddressSanitizer would take it for a fault that it has found")
    )
    func core() throws {
        let pool = try makePool(wrapper: ["/bin/sh", "-c", #"ulimit -c unlimited; cd "$0"; exec "$@""#, Run.makeFolder("cores", for: .debrief)])
        let cores = Inspection.text("/proc/sys/kernel/core_pattern")
        let worker = try #require(pool.workers.first)
        let folder = try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/\(pool.master)/cwd")
        kill(worker, SIGSEGV)
        try eventually(within: 30) { pool.workers.count == 2 && !pool.workers.contains(worker) }
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder) == [], "\(cores)")
        try eventually { pool.said.contains("SEGV") }
        #expect(try pool.answers(token))
    }

    private static let refused: [(account: Account, settings: [String: String], reason: String)] = [
        (.invoker, [:], "started as root; set DEBRIEF_USER to the account without rights that its workers are to become"),
        (.invoker, ["DEBRIEF_USER": "root"], "DEBRIEF_USER is root, which is root; wanted is an account without rights"),
        (.invoker, ["DEBRIEF_USER": "0"], "DEBRIEF_USER is 0, which is root; wanted is an account without rights"),
        (.invoker, ["DEBRIEF_USER": "nobody-here"], "DEBRIEF_USER is nobody-here; there is no such account"),
        (.invoker, ["DEBRIEF_USER": "4242424"], "DEBRIEF_GROUP has to be set, since DEBRIEF_USER is a number without an account"),
        (.invoker, ["DEBRIEF_USER": "debrief", "DEBRIEF_GROUP": "root"], "DEBRIEF_GROUP is root's; wanted is a group without rights"),
        (.invoker, ["DEBRIEF_USER": "debrief", "DEBRIEF_GROUP": "nobody-here"], "DEBRIEF_GROUP is nobody-here; there is no such group"),
        (.debrief, ["DEBRIEF_USER": "www-data"], "DEBRIEF_USER is www-data, and this was started by user"),
        (.debrief, ["DEBRIEF_GROUP": "www-data"], "DEBRIEF_GROUP is www-data, and this was started in group"),
    ]

    @Test("or anybody else: one line and 64 where the account will not do, and nothing is begun", arguments: refused.indices)
    func refusal(index: Int) throws {
        let (account, settings, reason) = Self.refused[index]
        let folder = Run.makeFolder("refused", for: account)
        let environment = settings.merging(["DEBRIEF_LISTEN": "\(folder)/debrief.sock", "DEBRIEF_DATABASE": "host=/nowhere"]) { $1 }
        let served = try run([Run.binary, "serve"], environment: environment, as: account)
        #expect(served.status == 64)
        #expect(served.errors.hasPrefix("debrief: \(reason)") && lines(served.errors).count == 1, "\(served.errors)")
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder) == [])
    }

    @Test("refuses a control socket in a folder where the account could put another in its place")
    func folder() throws {
        let folder = Run.makeFolder("refused", for: .debrief)
        let environment = ["DEBRIEF_USER": "debrief", "DEBRIEF_LISTEN": "\(folder)/debrief.sock", "DEBRIEF_DATABASE": "host=/nowhere"]
        let served = try run([Run.binary, "serve"], environment: environment)
        #expect(served.status == 64)
        #expect(served.errors.hasPrefix("debrief: DEBRIEF_CONTROL: the folder \(folder)/ has to be root's"), "\(served.errors)")
    }

    @Test("is not told to become somebody else by a reload")
    func reload() throws {
        let pool = try makePool()
        let workers = pool.workers
        let settings = try String(contentsOfFile: "\(pool.folder)/settings", encoding: .utf8)
        try settings.replacing("DEBRIEF_USER=debrief", with: "DEBRIEF_USER=www-data")
            .write(toFile: "\(pool.folder)/settings", atomically: false, encoding: .utf8)
        let reloaded = try pool.command("reload")
        #expect(reloaded.status == 1)
        #expect(reloaded.errors.contains("DEBRIEF_USER and DEBRIEF_GROUP cannot change without a restart"), "\(reloaded.errors)")
        #expect(pool.workers == workers)
    }

    @Test("and where the account that starts it is the one that DEBRIEF_USER names, all is as without it")
    func own() throws {
        let settings = ["DEBRIEF_DATABASE": database.conninfo(user: "debrief_api"), "DEBRIEF_USER": "debrief", "DEBRIEF_GROUP": "debrief"]
        let pool = try PrivatePool(as: .debrief, settings: settings)
        #expect(try pool.answers(token))
        for process in pool.processes { try expectNoWayBack(process) }
    }
}
