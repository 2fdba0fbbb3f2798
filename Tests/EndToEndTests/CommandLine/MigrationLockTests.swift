import Foundation
import Postgres
import Support
import Testing
import Waiting

@Suite("migrate up: others at work on the database, and a sudden end")
struct MigrationLockTests {
    private let deadline = Deadline.after(milliseconds: 120_000)

    /// Holds back a migration that asks for this lock, so that a test can do something in the middle of it.
    private static let gate = "select pg_advisory_lock(1)"

    /// `migrate up` in the background.
    private func start(_ database: Support.Database, _ folder: MigrationFolder) throws -> ChildProcess {
        try ChildProcess(
            [Run.binary, "migrate", "up", "--folder", folder.path],
            environment: ["DEBRIEF_ADMIN_DATABASE": database.conninfo(user: "postgres")],
            output: "\(folder.path)/output"
        )
    }

    private func isHeldBack(_ database: Support.Database) throws -> Bool {
        // The view shows the locks of all databases.
        try database.value(
            """
            select count(*) from pg_locks
            where locktype = 'advisory' and objid = 1 and not granted
                and database = (select oid from pg_database where datname = current_database())
            """
        ) == "1"
    }

    @Test("killed in the middle of a file it leaves nothing half done; the next one waits for it, says so, and does all")
    func killed() throws {
        let database = try Cluster.shared.get().makeEmptyDatabase()
        let folder = try MigrationFolder([
            "0001_a.sql": "create table a ()", "0002_b.sql": "create table b (); \(Self.gate); create table c ()", "0003_d.sql": "create table d ()",
        ])
        var holder = try database.connect(user: "postgres")
        _ = try holder.query(Self.gate, until: deadline)

        let first = try start(database, folder)
        try eventually(within: 30) { try isHeldBack(database) }
        first.send(SIGKILL)
        #expect(first.wait() == 128 + SIGKILL)
        #expect(try database.tables(["a", "b", "c"]) == ["a"])

        // PostgreSQL has not noticed yet that nobody is there any more.
        let again = try MigrationFolder([
            "0001_a.sql": "create table a ()", "0002_b.sql": "create table b (); \(Self.gate); create table c ()", "0003_d.sql": "create table d ()",
        ])
        let second = try start(database, again)
        try eventually(within: 30) { second.output == "waiting for another migrate up on this database\n" }
        _ = try holder.query("select pg_advisory_unlock(1)", until: deadline)
        #expect(second.wait(seconds: 30) == 0)
        #expect(
            untimed(second.output) == """
                waiting for another migrate up on this database
                applied 0002_b.sql
                applied 0003_d.sql
                up to date: 2 of 3 migrations applied now

                """
        )
        #expect(try database.tables(["a", "b", "c", "d"]) == ["a", "b", "c", "d"])
    }

    @Test("of two at once one waits, both end well, and each file is applied once")
    func twoAtOnce() throws {
        let database = try Cluster.shared.get().makeEmptyDatabase()
        let files = ["0001_a.sql": "create table a (); \(Self.gate)", "0002_b.sql": "create table b ()"]
        var holder = try database.connect(user: "postgres")
        _ = try holder.query(Self.gate, until: deadline)
        let first = try start(database, MigrationFolder(files))
        try eventually(within: 30) { try isHeldBack(database) }
        let second = try start(database, MigrationFolder(files))
        try eventually(within: 30) { second.output == "waiting for another migrate up on this database\n" }
        _ = try holder.query("select pg_advisory_unlock(1)", until: deadline)
        #expect(first.wait(seconds: 30) == 0)
        #expect(second.wait(seconds: 30) == 0)
        #expect(untimed(first.output) == "applied 0001_a.sql\napplied 0002_b.sql\nup to date: 2 of 2 migrations applied now\n")
        #expect(second.output.hasSuffix("up to date: nothing of 2 migrations applied now\n"))
    }

    @Test("a table that somebody holds is not waited for without end, since its readers would queue behind")
    func lockTimeout() throws {
        let database = try Cluster.shared.get().makeEmptyDatabase()
        #expect(try database.migrate(MigrationFolder(["0001_a.sql": "create table a ()"])).status == 0)
        var holder = try database.connect(user: "postgres")
        try holder.execute(script: "begin; lock table a in access share mode", until: deadline)
        let files = ["0001_a.sql": "create table a ()", "0002_b.sql": "create table b (); alter table a add column b integer"]
        let (status, output, errors) = try database.migrate(MigrationFolder(files))
        #expect(status == 1)
        #expect(output.isEmpty)
        #expect(errors == "debrief: 0002_b.sql waited 5s for a lock and was undone; run it again when the tables are less busy\n")
        #expect(try database.tables(["b"]) == [])
        try holder.execute(script: "rollback", until: deadline)
        #expect(try database.migrate(MigrationFolder(files)).status == 0)
    }

    @Test("limits of the role or the database do not stop a migration")
    func limits() throws {
        let database = try Cluster.shared.get().makeEmptyDatabase()
        try database.sql("alter database \(database.name) set statement_timeout = 100")
        let (status, _, errors) = try database.migrate(MigrationFolder(["0001_a.sql": "create table a (); select pg_sleep(0.3)"]))
        #expect(status == 0, "\(errors)")
    }
}
