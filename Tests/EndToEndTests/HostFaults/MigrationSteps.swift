import Foundation
import Postgres
import Support
import Synchronization
import Testing
import Waiting

/// The migrations of this version, file by file: what they make of a database, and places to end them at.
struct MigrationSteps {
    private static let program = "debrief-admin"
    /// Holds back what asks for this lock, for as long as a test has it.
    private static let gate = "select pg_advisory_lock(1)"

    private let cluster: Cluster
    /// A server on which nothing was ever migrated: its roles are taken away again.
    private let pristine: @Sendable () throws -> Cluster
    private let names: [String]
    private let texts: [String]
    /// The schema as each file leaves it.
    private let schemas: [String]
    /// Every place where a file can be ended.
    let moments: [(file: Int, moment: KilledMigrationTests.Moment)]

    init() throws {
        let folder = "\(Run.repository)/migrations"
        names = try FileManager.default.contentsOfDirectory(atPath: folder).filter { $0.hasSuffix(".sql") }.sorted()
        texts = try names.map { try String(contentsOfFile: "\(folder)/\($0)", encoding: .utf8) }
        let (cluster, texts, names) = (try Cluster(migrated: false), texts, names)
        self.cluster = cluster
        pristine = Self.once { try Cluster(migrated: false) }
        // Of each version a database, from which trials are made.
        schemas = try names.indices.map { index in
            let last = try cluster.superuser()
            try last.sql("create database version_\(index) \(index == 0 ? "" : "template version_\(index - 1)") strategy file_copy")
            let database = try cluster.database(named: "version_\(index)")
            try Self.expectUp(database, MigrationFolder(Dictionary(uniqueKeysWithValues: zip(names[...index], texts[...index]))))
            return try Self.schema(database)
        }
        moments = texts.enumerated().flatMap { file, text in
            (0...SQLStatements.split(text).count).map { (file, .behind(statements: $0)) }
                // Of the first file there is no row before it, to set a trap for.
                + (file == 0 ? [] : [(file, .record), (file, .commit)])
        }
        for text in texts { #expect(text.hasPrefix(SQLStatements.split(text).joined()), "a statement was not found") }
    }

    /// Made when it is first wanted.
    private static func once(_ make: @escaping @Sendable () throws -> Cluster) -> @Sendable () throws -> Cluster {
        let made = Once()
        return {
            try made.cluster.withLock { cluster in
                if cluster == nil { cluster = try make() }
                return try #require(cluster)
            }
        }
    }

    private final class Once: Sendable {
        let cluster = Mutex<Cluster?>(nil)
    }

    // MARK: Trials

    /// What an ended migration left behind.
    struct Rest {
        /// Whether the file is applied.
        let isApplied: Bool
        /// Whether the schema is what the last applied file makes of it.
        let isWhole: Bool
    }

    /// Ends a migration, and expects that nothing is half.
    func run(_ trial: KilledMigrationTests.Trial) throws -> Rest {
        let cluster = trial.file == 0 ? try pristine() : cluster
        try cluster.superuser().sql("drop database if exists trial with (force)")
        if trial.file == 0 { try dropRoles() }
        try cluster.superuser().sql("create database trial \(trial.file == 0 ? "" : "template version_\(trial.file - 1)") strategy file_copy")
        try end(trial, on: cluster)

        let database = try cluster.database(named: "trial")
        try eventually(within: 30) { try database.value("select count(*) from pg_stat_activity where application_name = '\(Self.program)'") == "0" }
        try database.script("drop table if exists trap; drop function if exists trap() cascade")
        let (applied, isWhole) = try expectWhole(database, "\(trial)", nothing: "")
        #expect(applied == trial.file || applied == trial.file + 1 && trial.moment == .commit, "\(trial)")
        try complete(database, "\(trial)")
        return Rest(isApplied: applied > trial.file, isWhole: isWhole)
    }

    /// Kills the whole migration of an empty database after some time; returns whether what is left is whole.
    func kill(afterMicroseconds microseconds: UInt32) throws -> Bool {
        let database = try cluster.makeEmptyDatabase()
        // There are roles already.
        let nothing = try Self.schema(database)
        let process = try start(database, "\(Run.repository)/migrations")
        usleep(microseconds)
        process.send(SIGKILL)
        _ = process.wait()
        try eventually(within: 30) { try database.value("select count(*) from pg_stat_activity where application_name = '\(Self.program)'") == "0" }
        let isWhole = try expectWhole(database, "after \(microseconds) µs", nothing: nothing).isWhole
        try complete(database, "after \(microseconds) µs")
        try cluster.superuser().sql("drop database \(database.name) with (force)")
        return isWhole
    }

    /// Runs it into the gate, ends it there, and opens the gate.
    private func end(_ trial: KilledMigrationTests.Trial, on cluster: Cluster) throws {
        let database = try cluster.database(named: "trial")
        var files = Dictionary(uniqueKeysWithValues: zip(names, texts))
        if case .behind(let count) = trial.moment {
            let statements = SQLStatements.split(texts[trial.file])
            files[names[trial.file]] = statements[..<count].joined() + "\n\(Self.gate);\n" + statements[count...].joined()
        } else {
            try database.script(
                """
                create function trap() returns trigger language plpgsql as $$ begin perform pg_advisory_lock(1); return null; end $$;
                create constraint trigger trap after insert on debrief_migrations
                    \(trial.moment == .commit ? "deferrable initially deferred" : "") for each row execute function trap()
                """
            )
        }
        var holder = try database.connect(user: "postgres")
        _ = try holder.query(Self.gate, until: .after(milliseconds: 10_000))
        let process = try start(database, MigrationFolder(files).path)
        let waiting =
            "select pid from pg_stat_activity where application_name = '\(Self.program)' and wait_event_type = 'Lock' and wait_event = 'advisory'"
        try eventually(within: 30) {
            guard !process.hasEnded else { throw ChildProcess.Failure(description: "\(trial): \(process.output)") }
            return try database.value(waiting) != nil
        }
        switch trial.way {
        case .program:
            process.send(SIGKILL)
            #expect(process.wait() == 128 + SIGKILL)
            _ = try holder.query("select pg_advisory_unlock(1)", until: .after(milliseconds: 10_000))
        case .serverProcess:
            try database.sql("select pg_terminate_backend(pid) from pg_stat_activity where application_name = '\(Self.program)'")
            #expect(process.wait(seconds: 30) == 1)
        case .server:
            let processes = cluster.pid.map(children(of:)) ?? []
            try cluster.stop(kill: true)
            // A server does not start while a process of the one before is still there.
            try eventually(within: 30) { processes.allSatisfy(hasEnded) }
            #expect(process.wait(seconds: 30) == 1)
            try cluster.start()
        }
        if trial.way != .program {
            let line = process.output.split(separator: "\n").last ?? ""
            #expect(line.hasPrefix("debrief: \(names[trial.file]) was interrupted: no connection to PostgreSQL"), "\(trial): \(process.output)")
        }
    }

    private func start(_ database: Support.Database, _ folder: String) throws -> ChildProcess {
        try ChildProcess(
            [Run.binary, "migrate", "up", "--folder", folder],
            environment: ["DEBRIEF_ADMIN_DATABASE": database.conninfo(user: "postgres")],
            output: "\(Run.makeFolder("up", for: .invoker))/output"
        )
    }

    // MARK: What is there

    /// Expects that the database is as some file leaves it, or as it was before the first, and that `status` says so; returns how many files are
    /// applied.
    private func expectWhole(_ database: Support.Database, _ what: String, nothing: String) throws -> (applied: Int, isWhole: Bool) {
        let (status, output, errors) = try database.debrief(["migrate", "status", "--json", "--folder", "\(Run.repository)/migrations"])
        let entries = try #require(JSONValue(parsing: Array(output.utf8))?.array, "\(what): \(errors)")
        let applied = entries.count { $0["applied_at"]?.string != nil }
        #expect(entries.count == names.count && entries[..<applied].allSatisfy { $0["applied_at"]?.string != nil }, "\(what)")
        #expect(status == (applied == names.count ? 0 : 1), "\(what)")
        let schema = try Self.schema(database)
        let isWhole = schema == (applied == 0 ? nothing : schemas[applied - 1])
        #expect(isWhole, "\(what): half of \(names[min(applied, names.count - 1)]) is there: \(schema)")
        return (applied, isWhole)
    }

    private func complete(_ database: Support.Database, _ what: String) throws {
        try Self.expectUp(database, path: "\(Run.repository)/migrations")
        #expect(try Self.schema(database) == schemas.last, "\(what)")
        #expect(try database.debrief(["migrate", "status", "--folder", "\(Run.repository)/migrations"]).status == 0, "\(what)")
    }

    private static func expectUp(_ database: Support.Database, _ folder: MigrationFolder) throws { try expectUp(database, path: folder.path) }

    private static func expectUp(_ database: Support.Database, path: String) throws {
        let (status, output, errors) = try database.debrief(["migrate", "up", "--folder", path])
        #expect(status == 0, "\(output)\(errors)")
    }

    /// The schema and the three roles as text; of a schema in which nothing of ours is, the roles alone.
    private static func schema(_ database: Support.Database) throws -> String {
        let (status, output, errors) = try Support.run(["/usr/bin/pg_dump", "--schema-only", "-d", database.conninfo(user: "postgres")])
        try #require(status == 0, "\(errors)")
        let objects = try database.value(
            "select count(*) from pg_class where relnamespace = 'public'::regnamespace and relname not like 'debrief_migrations%'"
        )
        let roles = try database.sql("select rolname, rolcanlogin, rolconfig from pg_roles where rolname like 'debrief%' order by 1").map { "\($0)" }
        if objects == "0" && !output.contains("GRANT") { return roles.joined(separator: "\n") }
        // Random words of pg_dump's own.
        let lines = output.split(separator: "\n").filter { !$0.hasPrefix("\\restrict") && !$0.hasPrefix("\\unrestrict") }
        return (lines.map(String.init) + roles).joined(separator: "\n")
    }

    private func dropRoles() throws {
        for role in ["debrief_api", "debrief_platform", "debrief_owner"] { try pristine().superuser().sql("drop role if exists \(role)") }
    }
}
