import Foundation
import Postgres
import Synchronization
import Waiting

/// A PostgreSQL server of the tests' own: on a Unix socket alone, without fsync, everybody trusted.
public final class Cluster: Sendable {
    /// The one of this test process, started at its first use, with the database that others are copied from: migrated, and with the demo tenant.
    public static let shared = Swift.Result { try Cluster() }

    /// The folder of the socket: libpq's `host`.
    public let socketFolder: String
    let dataFolder: String
    fileprivate let options: Options
    private let process: Mutex<ChildProcess?>
    private let nextDatabase = Atomic<Int>(0)

    private static let programs = "/usr/lib/postgresql/15/bin"
    private static let template = "debrief_template"

    /// Makes and starts a cluster of its own, for a test that stops the server, or that wants one nobody has migrated a database of.
    public init(migrated: Bool = true, options: Options = Options()) throws {
        self.options = options
        socketFolder = Run.makeFolder("pg", for: .postgres)
        dataFolder = options.dataFolder ?? "\(socketFolder)/data"
        process = Mutex(nil)
        let made = try run(
            [
                "\(Self.programs)/initdb", "--no-sync", "--wal-segsize=\(options.walSegmentMegabytes)", "-U", "postgres", "-A", "trust", "-E", "UTF8",
                "--locale=C.UTF-8", "-D", dataFolder,
            ],
            as: .postgres
        )
        guard made.status == 0 else { throw ChildProcess.Failure(description: "initdb: \(made.output)\(made.errors)") }
        try options.complete(dataFolder: dataFolder)
        try start()
        if migrated { try makeTemplate() }
    }

    private func makeTemplate() throws {
        let superuser = try Database(cluster: self, name: "postgres")
        try superuser.sql("create database \(Self.template)")
        let template = try Database(cluster: self, name: Self.template)
        let migrated = try run(
            [Run.binary, "migrate", "up", "--folder", "\(Run.repository)/migrations"],
            environment: ["DEBRIEF_ADMIN_DATABASE": template.conninfo(user: "postgres")]
        )
        guard migrated.status == 0 else { throw ChildProcess.Failure(description: "migrate up: \(migrated.output)\(migrated.errors)") }
        let demo = try run(
            [
                "/usr/bin/psql", "-qX", "-v", "ON_ERROR_STOP=1", "-d", template.conninfo(user: "postgres"), "-f",
                "\(Run.repository)/scripts/demo.sql",
            ]
        )
        guard demo.status == 0 else { throw ChildProcess.Failure(description: "demo.sql: \(demo.errors)") }
    }

    /// Starts the server, and waits until it answers.
    public func start() throws {
        // A killed server leaves this behind, and the process that it names may be a zombie that nobody reaps.
        try? FileManager.default.removeItem(atPath: "\(dataFolder)/postmaster.pid")
        let started = try ChildProcess(
            options.launcher + Account.postgres.prefix + [
                "\(Self.programs)/postgres", "-D", dataFolder, "-k", socketFolder, "-c", "listen_addresses=", "-c", "fsync=off", "-c",
                "port=\(options.port)", "-c", "max_connections=200", "-c", "log_min_messages=warning",
            ] + options.settings.flatMap { ["-c", "\($0)=\($1)"] },
            output: "\(socketFolder)/log"
        )
        process.withLock { $0 = started }
        try eventually(within: 30) { (try? Database(cluster: self, name: "postgres")) != nil }
    }

    /// Stops the server: connections are ended at once (`fast`), or the machine's power is (`kill -9`).
    public func stop(kill: Bool = false) throws {
        let running = process.withLock { $0.take() }
        guard let running else { return }
        running.send(kill ? SIGKILL : SIGINT)
        guard running.wait() != nil else { throw NotInTime(description: "PostgreSQL did not stop") }
    }

    /// Where it is, in a connection string.
    fileprivate var address: String { "host=\(socketFolder) port=\(options.port)" }

    /// What the server has logged.
    public var log: String { (try? String(contentsOfFile: "\(socketFolder)/log", encoding: .utf8)) ?? "" }

    /// The postmaster's process id.
    public var pid: pid_t? { process.withLock { $0?.pid } }

    /// A new database: migrated, with the demo tenant unless it is not wanted.
    public func makeDatabase(demo: Bool = true) throws -> Database {
        let name = "test_\(nextDatabase.add(1, ordering: .relaxed).newValue)"
        try Database(cluster: self, name: "postgres").sql("create database \(name) template \(Self.template) strategy file_copy")
        let database = try Database(cluster: self, name: name)
        if !demo {
            try database.sql("truncate api_tokens, scorecards, transcripts, sessions, scenarios, users, tenants")
        }
        return database
    }

    /// A superuser's connection to a database that is there.
    public func database(named name: String) throws -> Database { try Database(cluster: self, name: name) }

    /// A superuser's connection to a database that is nobody's, for what cannot be done from within the test's own.
    public func superuser() throws -> Database { try Database(cluster: self, name: "postgres") }

    /// A new database without anything, for tests of migrations.
    public func makeEmptyDatabase() throws -> Database {
        let name = "empty_\(nextDatabase.add(1, ordering: .relaxed).newValue)"
        try Database(cluster: self, name: "postgres").sql("create database \(name)")
        return try Database(cluster: self, name: name)
    }
}

/// One database of a cluster, with a superuser's connection to it.
public final class Database: Sendable {
    /// Its name.
    public let name: String
    private let cluster: Cluster
    private let connection: Mutex<Connection>

    init(cluster: Cluster, name: String) throws {
        self.cluster = cluster
        self.name = name
        connection = Mutex(
            try Connection("\(cluster.address) dbname=\(name) user=postgres", applicationName: "test", until: .after(milliseconds: 5_000))
        )
    }

    /// Connects anew, where the server has ended the connection.
    public func reconnect() throws {
        try connection.withLock { $0 = try Connection(conninfo(user: "postgres"), applicationName: "test", until: .after(milliseconds: 5_000)) }
    }

    /// libpq's connection string for a role, with a password that nobody asks for: it must not be seen anywhere else.
    public func conninfo(user: String) -> String { "\(cluster.address) dbname=\(name) password=\(Secrets.password) user=\(user)" }

    /// Runs a statement as the superuser, to whom row security does not apply, and returns the rows as text.
    @discardableResult
    public func sql(_ statement: String, _ parameters: String?...) throws -> [[String?]] {
        try connection.withLock { try $0.query(statement, parameters, until: .after(milliseconds: 60_000)) }
    }

    /// Runs several statements as the superuser.
    public func script(_ text: String) throws {
        try connection.withLock { try $0.execute(script: text, until: .after(milliseconds: 120_000)) }
    }

    /// The first value of the first row, as text.
    public func value(_ statement: String, _ parameters: String?...) throws -> String? {
        try connection.withLock { try $0.query(statement, parameters, until: .after(milliseconds: 60_000)) }.first?.first ?? nil
    }

    /// A second connection of the superuser's, for the tests that hold a lock.
    public func another() throws -> Database { try Database(cluster: cluster, name: name) }

    /// A connection of a role's own, for the tests that hold one.
    public func connect(user: String) throws -> Connection {
        try Connection(conninfo(user: user), applicationName: "test", until: .after(milliseconds: 5_000))
    }

    /// The demo tenant's id.
    public func demoTenant() throws -> String {
        guard let id = try value("select tenant_id::text from sessions where id = '30000000-0000-0000-0000-000000000001'") else {
            throw ChildProcess.Failure(description: "no demo tenant in \(name)")
        }
        return id
    }

    /// Makes a token with the command that admins use.
    public func makeToken(tenant: String, scopes: [String] = allScopes, arguments: [String] = []) throws -> String {
        let words = ["token", "create", "--tenant", tenant, "--name", "test"] + scopes.flatMap { ["--scope", $0] } + arguments
        let made = try debrief(words)
        guard made.status == 0 else { throw ChildProcess.Failure(description: "token create: \(made.errors)") }
        return made.output.trimmingCharacters(in: .newlines)
    }

    /// Runs the command line program on this database.
    public func debrief(
        _ words: [String],
        environment: [String: String] = [:],
        input: String = ""
    ) throws -> (status: Int32?, output: String, errors: String) {
        let settings = ["DEBRIEF_ADMIN_DATABASE": conninfo(user: "postgres"), "DEBRIEF_DATABASE": conninfo(user: "debrief_api")]
        // Root does not serve.
        let account = words.first == "serve" ? Account.debrief : .invoker
        return try run([Run.binary] + words, environment: settings.merging(environment) { $1 }, as: account, input: input)
    }
}

/// The names of all scopes.
public let allScopes = ["sessions:read", "scorecards:read", "scenarios:read", "users:read", "analytics:read"]
