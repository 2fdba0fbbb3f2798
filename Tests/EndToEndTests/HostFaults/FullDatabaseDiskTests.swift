import Foundation
import Support
import Testing

/// On servers of their own, whose disks are small.
@Suite("PostgreSQL's disk is full", .enabled(if: SmallDisk.isPossible))
struct FullDatabaseDiskTests {
    private static func makeServer() throws -> (SmallDisk, Cluster) {
        let disk = try SmallDisk(kilobytes: 160 << 10, for: .postgres)
        // Small files of its log, so that it needs a new one soon, and does not need many.
        let settings = ["max_wal_size": "8MB", "min_wal_size": "2MB", "max_connections": "20"]
        let options = Cluster.Options(settings: settings, dataFolder: "\(disk.path)/data", walSegmentMegabytes: 1)
        return (disk, try Cluster(migrated: false, options: options))
    }

    @Test("migrate up says so in one line and leaves each file whole or not there; once there is room the next one completes it")
    func migrate() throws {
        let (disk, cluster) = try Self.makeServer()
        let folder = "\(Run.repository)/migrations"
        let names = try FileManager.default.contentsOfDirectory(atPath: folder).filter { $0.hasSuffix(".sql") }
        var (refused, half) = (0, 0)
        var places = Set<Int>()
        let rooms = Run.isLong ? Array(stride(from: 0, through: 4_000, by: 100)) : [0, 400, 800]
        for room in rooms {
            let database = try cluster.makeEmptyDatabase()
            // What is made next is not what lies in memory still.
            try database.script("checkpoint")
            try disk.fill(butKilobytes: room)
            let up = try database.debrief(["migrate", "up", "--folder", folder])
            try disk.free()
            if up.status != 0 {
                refused += 1
                #expect(up.status == 1 && up.errors.hasPrefix("debrief: ") && up.errors.filter(\.isNewline).count == 1, "\(room): \(up.errors)")
                #expect(
                    ["No space left on device", "could not extend file", "no connection to PostgreSQL"].contains { up.errors.contains($0) },
                    "\(room): \(up.errors)"
                )
            }
            // A server that cannot write its log ends, and its admin starts it again.
            let after = try reopened(database, cluster)
            let status = try after.debrief(["migrate", "status", "--json", "--folder", folder])
            let entries = try #require(JSONValue(parsing: Array(status.output.utf8))?.array, "\(room): \(status.errors)")
            let applied = entries.count { $0["applied_at"]?.string != nil }
            let isAsSaid = applied == up.output.split(separator: "\n").count { $0.hasPrefix("applied ") }
            #expect(isAsSaid, "\(room): \(up)")
            places.insert(applied)
            let again = try after.debrief(["migrate", "up", "--folder", folder])
            let isCompleted = again.status == 0 && again.output.contains("\(names.count - applied) of \(names.count)") || applied == names.count
            #expect(isCompleted, "\(room): \(again)")
            let isInOrder = try after.debrief(["migrate", "status", "--folder", folder]).status == 0
            #expect(isInOrder, "\(room)")
            if !isAsSaid || !isCompleted || !isInOrder { half += 1 }
            try cluster.superuser().sql("drop database \(after.name) with (force)")
        }
        #expect(refused > 0)
        Run.report("host faults: \(refused) of \(rooms.count) migrations had no room, in \(places.count) files; \(half) half")
    }

    @Test("token create says so in one line, prints no token, and leaves no row; once there is room it works")
    func token() throws {
        let (disk, cluster) = try Self.makeServer()
        let database = try cluster.makeEmptyDatabase()
        #expect(try database.debrief(["migrate", "up", "--folder", "\(Run.repository)/migrations"]).status == 0)
        let tenant = newID()
        try database.sql("insert into tenants (id, name) values ($1, 'A tenant')", tenant)
        try database.script("checkpoint")
        let create = ["token", "create", "--tenant", tenant, "--name", "test", "--scope", "users:read"]
        var (made, refused, rows) = (0, 0, 0)
        for _ in 0..<(Run.isLong ? 10 : 1) {
            try disk.fill()
            let room = refused + (Run.isLong ? 20 : 3)
            while refused < room {
                let (status, output, errors) = try database.debrief(create)
                if status == 0 {
                    made += 1
                    // Takes what is left of pages that there are.
                    _ = try? database.sql(
                        """
                        insert into api_tokens (tenant_id, name, token_hash, prefix, scopes)
                        select $1, 'filling', sha256((random()::text || n)::bytea), 'debrief_x', '{users:read}' from generate_series(1, 2000) as n
                        """,
                        tenant
                    )
                    continue
                }
                refused += 1
                #expect(status == 1 && output.isEmpty && errors.hasPrefix("debrief: ") && errors.filter(\.isNewline).count == 1, "\(errors)")
                #expect(
                    ["No space left on device", "could not extend file", "no connection to PostgreSQL", "cannot reach"].contains {
                        errors.contains($0)
                    },
                    "\(errors)"
                )
            }
            try disk.free()
            let after = try reopened(database, cluster)
            let found = try #require(try after.value("select count(*) from api_tokens where name = 'test'").flatMap { Int($0) })
            #expect(found == made)
            rows = found - made
            let (status, output, _) = try after.debrief(create)
            #expect(status == 0 && output.hasPrefix("debrief_"))
            made += 1
            try after.script("delete from api_tokens where name = 'filling'; checkpoint")
        }
        Run.report("host faults: \(refused) tokens had no room, \(rows) rows of them")
    }

    private func reopened(_ database: Database, _ cluster: Cluster) throws -> Database {
        if let again = try? eventuallyOpen(database, cluster, within: 10) { return again }
        try? cluster.stop(kill: true)
        try cluster.start()
        return try eventuallyOpen(database, cluster, within: 20)
    }

    private func eventuallyOpen(_ database: Database, _ cluster: Cluster, within seconds: Double) throws -> Database {
        var found: Database?
        try eventually(within: seconds) {
            found = try? cluster.database(named: database.name)
            return found != nil
        }
        return try #require(found)
    }
}
