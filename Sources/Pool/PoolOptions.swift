import API
import Logging

/// What the pool is told at its start, and again at each reload.
public struct PoolOptions: Sendable {
    /// How the workers reach PostgreSQL.
    public var database: Database.Settings
    /// Where nginx reaches the workers.
    public var listen: ListenAddress
    /// How many connections may wait to be accepted; the kernel caps it at `net.core.somaxconn`.
    public var backlog: Int
    /// The path of the socket by which commands reach the master. Its folder also holds `operator.sock`, `debrief.pid`, and the scale that was asked
    /// for.
    public var control: String
    /// Who the workers become where root starts the master: an account by its name or number.
    public var user: String?
    /// Their group; nil for the account's own.
    public var group: String?
    /// How few and how many workers there may be.
    public var workers: ClosedRange<Int>
    /// The limit of a whole request, from its accept to its last byte.
    public var requestTimeoutMilliseconds: Int
    /// How long new workers, or a new master, may take until they are ready.
    public var startTimeoutMilliseconds: Int
    /// How long requests in flight may take to finish after a QUIT.
    public var drainTimeoutMilliseconds: Int
    /// After how many requests a worker is replaced, more or less; 0 for never.
    public var maxRequests: Int
    /// How long a request may take before it is logged as slow.
    public var slowMilliseconds: Int
    /// The path of the log; nil for standard error.
    public var log: String?
    /// The lowest level that is logged.
    public var logLevel: Logger.Level

    /// What the pool is told.
    public init(
        database: Database.Settings,
        listen: ListenAddress,
        backlog: Int,
        control: String,
        user: String? = nil,
        group: String? = nil,
        workers: ClosedRange<Int>,
        requestTimeoutMilliseconds: Int,
        startTimeoutMilliseconds: Int,
        drainTimeoutMilliseconds: Int,
        maxRequests: Int,
        slowMilliseconds: Int,
        log: String?,
        logLevel: Logger.Level
    ) {
        self.database = database
        self.listen = listen
        self.backlog = backlog
        self.control = control
        self.user = user
        self.group = group
        self.workers = workers
        self.requestTimeoutMilliseconds = requestTimeoutMilliseconds
        self.startTimeoutMilliseconds = startTimeoutMilliseconds
        self.drainTimeoutMilliseconds = drainTimeoutMilliseconds
        self.maxRequests = maxRequests
        self.slowMilliseconds = slowMilliseconds
        self.log = log
        self.logLevel = logLevel
    }
}
