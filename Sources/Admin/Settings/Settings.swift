import Logging
import Pool

/// What can be set, and is: each value checked, alone and beside the others.
///
/// Read as a whole by every command, so that nonsense is found by the first command after it was written and not at the next start of the pool.
public struct Settings: Sendable {
    /// The connection string of the workers, for libpq.
    public let database: String
    /// The path of a file that holds the workers' password; nil where there is none.
    public let databasePasswordFile: String?
    /// The connection string of `migrate`, `tenant` and `token`, for libpq. No worker sees it.
    public let adminDatabase: ConnectionSetting
    /// Where nginx reaches the workers.
    public let listen: ListenAddress
    /// How many connections may wait for a worker.
    public let backlog: Int
    /// The socket by which commands reach the master.
    public let control: String
    /// Who the workers become where root starts the master; nil where nobody was named.
    public let user: String?
    /// Their group; nil for the account's own.
    public let group: String?
    /// How few and how many workers there may be.
    public let workers: ClosedRange<Int>
    /// How long PostgreSQL may work on one statement.
    public let statementTimeoutMilliseconds: Int
    /// How long a request may take in all.
    public let requestTimeoutMilliseconds: Int
    /// How long new workers, or a new master, may take until they are ready.
    public let startTimeoutMilliseconds: Int
    /// How long a graceful stop waits for the requests in flight.
    public let drainTimeoutMilliseconds: Int
    /// After how many requests a worker is replaced, more or less; 0 for never.
    public let maxRequests: Int
    /// How long a request may take before it is logged as slow.
    public let slowMilliseconds: Int
    /// The path of the log; nil for standard error.
    public let log: String?
    /// The lowest level that is logged.
    public let logLevel: Logger.Level

    /// Reads the process's environment and, behind it, a file.
    ///
    /// - Parameters:
    ///   - file: the path of a file of `KEY=value` lines; nil for the environment alone.
    ///   - isForServing: leaves `adminDatabase` empty, whatever the file says: it is not to be in the memory of a process that serves. In the
    ///     environment it must not be any more.
    public init(file: String?, isForServing: Bool = false) throws(SettingsError) {
        var source = SettingsSource(environment: environmentVariable)
        let hidden = isForServing ? Self.adminDatabase.name : nil
        if let file { try source.add(file: file, names: Set(Self.all.map(\.name)), hiding: hidden) }
        try self.init(from: source)
    }

    init(from source: SettingsSource) throws(SettingsError) {
        database = try Self.database.value(in: source)
        databasePasswordFile = try Self.databasePasswordFile.value(in: source)
        adminDatabase = try ConnectionSetting(Self.adminDatabase, in: source)
        listen = try Self.listen.value(in: source)
        backlog = try Self.backlog.value(in: source)
        control = try Self.control.value(in: source) ?? Self.controlPath(beside: listen)
        user = try Self.user.value(in: source)
        group = try Self.group.value(in: source)
        workers = try Self.workers.value(in: source)
        statementTimeoutMilliseconds = try Self.statementTimeout.value(in: source)
        requestTimeoutMilliseconds = try Self.requestTimeout.value(in: source)
        startTimeoutMilliseconds = try Self.startTimeout.value(in: source)
        drainTimeoutMilliseconds = try Self.drainTimeout.value(in: source)
        maxRequests = try Self.maxRequests.value(in: source)
        slowMilliseconds = try Self.slow.value(in: source)
        log = try Self.log.value(in: source)
        logLevel = try Self.logLevel.value(in: source)

        let statement = (Self.statementTimeout.name, statementTimeoutMilliseconds, Self.statementTimeout.place(in: source))
        let request = (Self.requestTimeout.name, requestTimeoutMilliseconds, Self.requestTimeout.place(in: source))
        try Self.require(statement, below: request)
        try Self.require(request, below: ("nginx's fastcgi_read_timeout", nginxReadTimeoutMilliseconds, "in nginx/debrief-fastcgi.conf"))
    }

    /// A name, its milliseconds, and where they were read.
    private typealias Limit = (name: String, milliseconds: Int, place: String)

    /// Each limit has to strike before the one around it, or nobody can say any more which statement or request it was.
    private static func require(_ inner: Limit, below outer: Limit) throws(SettingsError) {
        guard inner.milliseconds >= outer.milliseconds else { return }
        let (came, bound) = (DurationText.text(milliseconds: inner.milliseconds), DurationText.text(milliseconds: outer.milliseconds))
        throw SettingsError("\(inner.name) is \(came) \(inner.place); wanted is less than \(outer.name), which is \(bound) \(outer.place)")
    }
}

/// `fastcgi_read_timeout` in the nginx configuration: past it, nginx answers for the worker.
let nginxReadTimeoutMilliseconds = 35_000

// MARK: - The declarations

extension Settings {
    /// A setting as it is listed in `--help`.
    public struct Declaration: Sendable {
        /// The name of the variable.
        public let name: String
        /// What holds where it is not set.
        public let defaultText: String
        /// A sentence that says what it does.
        public let help: String
    }

    /// Every setting, in the order in which they are listed.
    public static let all: [Declaration] = [
        database.declaration,
        databasePasswordFile.declaration,
        adminDatabase.declaration,
        listen.declaration,
        backlog.declaration,
        control.declaration,
        user.declaration,
        group.declaration,
        workers.declaration,
        statementTimeout.declaration,
        requestTimeout.declaration,
        startTimeout.declaration,
        drainTimeout.declaration,
        maxRequests.declaration,
        slow.declaration,
        log.declaration,
        logLevel.declaration,
    ]

    // Each text is a connection string here. Only libpq can judge one, and no message may repeat it, since it can hold a password.
    static let database = Setting(
        "DEBRIEF_DATABASE",
        default: "",
        "libpq's own environment",
        help: "How the workers reach PostgreSQL: a connection string or URI of libpq.",
        wanted: "a connection string of libpq"
    ) { $0 }

    static let databasePasswordFile = Setting(
        "DEBRIEF_DATABASE_PASSWORD_FILE",
        default: String?.none,
        "none",
        help: "A file whose one line is the workers' password, read at each connect.",
        wanted: "the path of a file, from the root on, and not the password itself",
        isSecret: true
    ) { path in
        guard path.hasPrefix("/") else { return nil }
        return path
    }

    static let adminDatabase = Setting(
        "DEBRIEF_ADMIN_DATABASE",
        default: "",
        "libpq's own environment",
        help: "How migrate, tenant, token, summary and check reach it; no worker does so.",
        wanted: "a connection string of libpq"
    ) { $0 }

    static let listen = Setting(
        "DEBRIEF_LISTEN",
        default: ListenAddress.unix(path: "debrief.sock"),
        "debrief.sock",
        help: "Where nginx reaches the workers: a Unix socket's path, or 127.0.0.1:PORT.",
        wanted: "a path of at most 107 bytes, or a loopback address and a port as in 127.0.0.1:9000"
    ) { ListenAddress(parsing: $0) }

    static let backlog = Setting(
        "DEBRIEF_BACKLOG",
        default: 1024,
        "1024",
        help: "How many connections may wait for a worker; capped by net.core.somaxconn.",
        wanted: "a whole number from 1 to 65535",
        parse: wholeNumber(1...65_535)
    )

    static let control = Setting(
        "DEBRIEF_CONTROL",
        default: String?.none,
        "control.sock beside DEBRIEF_LISTEN's",
        help: "The socket for status, top, scale, reload, upgrade and stop.",
        wanted: "a path of at most 95 bytes"
    ) { path in
        // In one expression, nil would be a value: that it is not set.
        guard (1...95).contains(path.utf8.count) else { return nil }
        return path
    }

    /// In the folder of the workers' socket; where that is none, in the working directory.
    static func controlPath(beside listen: ListenAddress) -> String {
        guard case .unix(let path) = listen, let slash = path.lastIndex(of: "/") else { return "control.sock" }
        return path[...slash] + "control.sock"
    }

    static let user = Setting(
        "DEBRIEF_USER",
        default: String?.none,
        "who starts serve",
        help: "The account that workers become; needed where root starts serve.",
        wanted: "the name or number of an account",
        parse: accountName
    )

    static let group = Setting(
        "DEBRIEF_GROUP",
        default: String?.none,
        "DEBRIEF_USER's",
        help: "The group of the workers and of their socket, where root starts serve.",
        wanted: "the name or number of a group",
        parse: accountName
    )

    /// What useradd(8) lets a name be, but for its length; a name may not begin with `-`.
    private static let accountName: @Sendable (String) -> String?? = { name in
        let isPart = { (character: Character) in character.isASCII && (character.isLetter || character.isNumber) || "_-.$".contains(character) }
        guard (1...64).contains(name.count), name.first != "-", name.allSatisfy(isPart) else { return nil }
        return name
    }

    static let workers = Setting(
        "DEBRIEF_WORKERS",
        default: 2 * onlineCores()...2 * onlineCores(),
        "2 a core",
        help: "How many workers there are, or a range as in 4..32 that follows the queue.",
        wanted: WorkerRange.wanted,
        parse: WorkerRange.parse
    )

    static let statementTimeout = Setting(
        "DEBRIEF_STATEMENT_TIMEOUT",
        default: 10_000,
        "10s",
        help: "How long a statement may take; less than DEBRIEF_REQUEST_TIMEOUT.",
        wanted: duration,
        parse: DurationText.limitMilliseconds(parsing:)
    )

    static let requestTimeout = Setting(
        "DEBRIEF_REQUEST_TIMEOUT",
        default: 30_000,
        "30s",
        help: "How long a request may take; less than nginx's fastcgi_read_timeout, 35s.",
        wanted: duration,
        parse: DurationText.limitMilliseconds(parsing:)
    )

    static let startTimeout = Setting(
        "DEBRIEF_START_TIMEOUT",
        default: 10_000,
        "10s",
        help: "How long new workers may take to be ready at a reload, upgrade or scale.",
        wanted: duration,
        parse: DurationText.limitMilliseconds(parsing:)
    )

    static let drainTimeout = Setting(
        "DEBRIEF_DRAIN_TIMEOUT",
        default: 30_000,
        "30s",
        help: "How long a graceful stop waits for the requests in flight.",
        wanted: duration,
        parse: DurationText.limitMilliseconds(parsing:)
    )

    static let maxRequests = Setting(
        "DEBRIEF_MAX_REQUESTS",
        default: 0,
        "0",
        help: "After how many requests, more or less, a worker is replaced; 0 for never.",
        wanted: "a whole number from 0 to 1000000000",
        parse: wholeNumber(0...1_000_000_000)
    )

    static let slow = Setting(
        "DEBRIEF_SLOW",
        default: 1_000,
        "1s",
        help: "A request that takes as long is logged as slow, with its endpoint and ids.",
        wanted: duration,
        parse: DurationText.limitMilliseconds(parsing:)
    )

    static let log = Setting(
        "DEBRIEF_LOG",
        default: String?.none,
        "standard error",
        help: "The file of the log; USR1 opens it anew.",
        wanted: "a path"
    ) { path in
        guard !path.isEmpty else { return nil }
        return path
    }

    static let logLevel = Setting(
        "DEBRIEF_LOG_LEVEL",
        default: Logger.Level.info,
        "info",
        help: "The lowest level that is logged, from trace to critical.",
        wanted: "one of \(levels)"
    ) { Logger.Level(rawValue: $0) }

    private static let levels = Logger.Level.allCases.map(\.rawValue).joined(separator: ", ")

    private static let duration = "a length of time such as 500ms, 10s or 2m (a bare number is seconds), above 0 and at most 60m"

    /// A parser of ASCII digits within a range.
    private static func wholeNumber(_ range: ClosedRange<Int>) -> @Sendable (String) -> Int? {
        { text in
            guard text.utf8.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }) else { return nil }
            return Int(text).flatMap { range.contains($0) ? $0 : nil }
        }
    }
}
