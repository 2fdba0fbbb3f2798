import API

/// What the pool is told at its start.
public struct PoolOptions: Sendable {
    /// How the workers reach PostgreSQL.
    public var database: Database.Settings
    /// Where nginx reaches the workers.
    public var listen: ListenAddress
    /// How many connections may wait to be accepted; the kernel caps it at `net.core.somaxconn`.
    public var backlog: Int
    /// How many workers there are.
    public var workers: Int
    /// The limit of a whole request, from its accept to its last byte.
    public var requestTimeoutMilliseconds: Int
    /// How long requests in flight may take to finish after a QUIT.
    public var drainTimeoutMilliseconds: Int

    /// What the pool is told at its start.
    public init(
        database: Database.Settings,
        listen: ListenAddress,
        backlog: Int,
        workers: Int,
        requestTimeoutMilliseconds: Int,
        drainTimeoutMilliseconds: Int
    ) {
        self.database = database
        self.listen = listen
        self.backlog = backlog
        self.workers = workers
        self.requestTimeoutMilliseconds = requestTimeoutMilliseconds
        self.drainTimeoutMilliseconds = drainTimeoutMilliseconds
    }
}
