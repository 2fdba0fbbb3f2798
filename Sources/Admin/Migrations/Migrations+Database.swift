import JSON
import Postgres
import Waiting

extension Migrations {
    /// What ``up(_:report:)`` tells while it works.
    public enum Progress: Sendable {
        /// Another migrator is at work on the database; this one goes on after it.
        case waiting
        /// The file with this name is about to be applied.
        case applying(String)
        /// The file with this name was applied.
        case applied(String)
    }

    /// Applies what is pending, each file in a transaction of its own together with its row in `debrief_migrations`. Before anything is applied, all
    /// that was is compared with the folder, and the catalog is asked for the rights that the rest needs.
    ///
    /// - Parameters:
    ///   - connection: of a superuser, or of the owner of the database with CREATEROLE. Its end, here, ends the advisory lock and a transaction that
    ///     failed.
    ///   - report: is told of each step.
    /// - Returns: how many files were applied.
    public func up(_ connection: consuming Connection, report: (Progress) -> Void) throws(MigrationError) -> Int {
        // Limits that the role or the database has are meant for other work than this.
        try connection.run("set statement_timeout = 0; set lock_timeout = 0; set client_min_messages = warning")
        if try connection.rows("select pg_try_advisory_lock(\(lockKey))") != [["t"]] {
            report(.waiting)
            _ = try connection.rows("select pg_advisory_lock(\(lockKey))")
        }
        let applied = try appliedMigrations(connection: &connection, command: "migrate up")
        let pending = try pending(after: applied)
        let missing = try missingRights(for: pending, &connection)
        guard missing.isEmpty else { throw .missingRights(missing, command: "migrate up") }
        for file in pending {
            report(.applying(file.name))
            try connection.apply(file)
            report(.applied(file.name))
        }
        return pending.count
    }

    /// A migration as a database has it or will have it.
    public struct Entry: Equatable, Sendable {
        /// The number that its name begins with.
        public let number: Int
        /// The name of its file.
        public let name: String
        /// When it was applied; nil where it is pending.
        public let appliedAt: Instant?
    }

    /// All files, and when each was applied. It writes nothing and waits for nobody.
    public func status(_ connection: inout Connection) throws(MigrationError) -> [Entry] {
        let applied = try appliedMigrations(connection: &connection, command: "migrate status")
        let pending = try pending(after: applied)
        return applied.map { Entry(number: $0.number, name: $0.name, appliedAt: $0.appliedAt) }
            + pending.map { Entry(number: $0.number, name: $0.name, appliedAt: nil) }
    }

    /// What the database has, where its role may know that.
    private func appliedMigrations(connection: inout Connection, command: String) throws(MigrationError) -> [Applied] {
        let missing = try Self.missingRightsToRead(&connection)
        guard missing.isEmpty else { throw .missingRights(missing, command: command) }
        return try connection.appliedMigrations()
    }
}

/// The key of the advisory lock that lets one migrator at a time into a database: "debrief" in ASCII.
private let lockKey = 0x64_6562_7269_6566

/// How long a statement of a migration waits for a lock. While it waits it lets nobody else on to the table, readers included: that has to end
/// sooner than the patience of the requests that queue behind it.
private let lockTimeout = "5s"

/// How long a file may take. Only a person can say, by Ctrl-C; a day, since each wait has an end.
private let fileMilliseconds = 86_400_000

/// No right for anybody but the migrator, whose table it is: nothing is granted to `public` on a new table. Part of the first file's transaction, so
/// that where this fails nothing is there.
private let createTable = """
    create table if not exists public.debrief_migrations (
        number     integer primary key check (number > 0),
        name       text not null,
        hash       text not null,
        applied_at timestamptz not null default now()
    )
    """

extension Connection {
    /// What the database has; nothing where it was never migrated.
    fileprivate mutating func appliedMigrations() throws(MigrationError) -> [Migrations.Applied] {
        guard try rows("select to_regclass('public.debrief_migrations') is not null") == [["t"]] else { return [] }
        let rows = try rows("select number, name, hash, \(microseconds(of: "applied_at")) from public.debrief_migrations order by number")
        var applied: [Migrations.Applied] = []
        for row in rows {
            guard case let number? = row[0].flatMap({ Int($0) }), let name = row[1], let hash = row[2], let appliedAt = instant(row[3])
            else { throw .postgres(.unexpected("debrief_migrations is not the table that it should be")) }
            applied.append(Migrations.Applied(number: number, name: name, hash: hash, appliedAt: appliedAt))
        }
        return applied
    }

    /// Runs a file and records it, or does neither.
    fileprivate mutating func apply(_ file: MigrationFile) throws(MigrationError) {
        let fileDeadline = Deadline.after(milliseconds: fileMilliseconds)
        let isWhole: Bool
        do throws(PostgresError) {
            // Whatever the database's default is: a file that waits for a lock has to see then what the one who held it has written.
            try execute(script: "begin isolation level read committed; set local lock_timeout = '\(lockTimeout)'", until: fileDeadline)
            let transaction = try query("select pg_current_xact_id()", until: fileDeadline)
            if file.number == 1 { try execute(script: createTable, until: fileDeadline) }
            // The file's names are those of `public`, where whoever may create there is trusted.
            try execute(script: "set local search_path = public", until: fileDeadline)
            try execute(script: file.sql, until: fileDeadline)
            try execute(script: "set search_path = pg_catalog, pg_temp", until: fileDeadline)
            isWhole = try query("select pg_current_xact_id()", until: fileDeadline) == transaction
            if isWhole {
                // The file may have taken on another role.
                try execute(script: "reset role", until: fileDeadline)
                _ = try query(
                    "insert into public.debrief_migrations (number, name, hash) values ($1, $2, $3)",
                    ["\(file.number)", file.name, file.hash],
                    until: fileDeadline
                )
                // Deferred constraints are checked here.
                try execute(script: "commit", until: fileDeadline)
            }
        } catch {
            guard case .server(let answer) = error else { throw .interrupted(file.name, error) }
            // lock_not_available
            throw answer.sqlState == "55P03" ? .locked(file.name, after: lockTimeout) : .failed(file.name, answer)
        }
        guard isWhole else { throw .endsTransaction(file.name) }
    }

    /// Runs statements of ours.
    fileprivate mutating func run(_ script: String) throws(MigrationError) {
        do {
            try execute(script: script, until: .after(milliseconds: fileMilliseconds))
        } catch {
            throw .postgres(error)
        }
    }

    /// The rows of a statement of ours. It may wait as long as a file, since the one that has the advisory lock may be applying one.
    fileprivate mutating func rows(_ sql: String) throws(MigrationError) -> [[String?]] {
        do {
            return try query(sql, until: .after(milliseconds: fileMilliseconds))
        } catch {
            throw .postgres(error)
        }
    }
}
