import Foundation
import Support
import Testing

extension Mistake {
    private static let unknown = "00000000-0000-0000-0000-00000000dead"
    private static let migrations = "\(Run.repository)/migrations"

    /// A command on a database of the shared cluster.
    private static func ask(_ words: String..., of database: () throws -> Database = { try empty() }, input: String = "") throws -> Answer {
        try Answer(database().debrief(words, input: input))
    }

    private static func empty() throws -> Database { try Cluster.shared.get().makeEmptyDatabase() }

    /// The database that others are copied from; nobody may stay connected to it.
    private static func migrated() throws -> Database { try GuardedCluster.shared.get().database(named: "debrief_template") }

    /// What a database does not have, or refuses.
    static let rows: [Mistake] = [
        Mistake(
            "a database that is not migrated",
            status: 1,
            tried: "the database",
            came: "is not migrated",
            next: "debrief migrate up, or mend dbname"
        ) {
            try ask("tenant", "list")
        },
        Mistake("sums of a database that is not migrated", status: 1, tried: "the database", came: "is not migrated", next: "debrief migrate up") {
            try ask("summary", "verify")
        },
        Mistake("a tenant that is not there", status: 1, tried: unknown, came: "there is no tenant", next: "debrief tenant list") {
            try ask("token", "create", "--tenant", unknown, "--name", "x", "--scope", "users:read", of: migrated)
        },
        Mistake("a token to revoke that is not there", status: 1, tried: unknown, came: "there is no token", next: "debrief token list") {
            try ask("token", "revoke", unknown, of: migrated)
        },
        Mistake(
            "a token of another database",
            status: 1,
            tried: "this database",
            came: "has no such token",
            next: "see whether DEBRIEF_ADMIN_DATABASE"
        ) {
            try ask("token", "inspect", of: migrated, input: "debrief_0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcd0ywJb8")
        },
        Mistake(
            "a token to rotate that was revoked",
            status: 1,
            tried: "token ",
            came: "is revoked, and only a live one",
            next: "debrief token create"
        ) {
            let database = try Cluster.shared.get().makeDatabase(demo: false)
            let tenant = try database.debrief(["tenant", "create", "--name", "A"]).output.filter { !$0.isNewline }
            _ = try database.makeToken(tenant: tenant)
            guard let id = try database.value("update api_tokens set revoked_at = now() returning id") else { return Answer(status: nil, text: "") }
            return try ask("token", "rotate", id, of: { database })
        },
        Mistake("pending migrations", status: 1, tried: "migrations", came: "pending", next: "run: debrief migrate up") {
            try ask("migrate", "status", "--folder", migrations)
        },
        Mistake("no such folder of migrations", status: 1, tried: "/nowhere", came: "No such file or directory", next: "--folder names the folder") {
            try ask("migrate", "status", "--folder", "/nowhere")
        },
        Mistake("a folder without migrations", status: 1, tried: "/none.", came: "no migrations in", next: "--folder names the folder that has them")
        {
            try ask("migrate", "status", "--folder", Run.makeFolder("none", for: .invoker))
        },
        Mistake("an edited migration", status: 1, tried: "0001_roles.sql", came: "was changed after it was applied", next: "put it back") {
            let folder = "\(Run.makeFolder("mistake", for: .invoker))/migrations"
            try FileManager.default.copyItem(atPath: migrations, toPath: folder)
            let file = try #require(FileHandle(forWritingAtPath: "\(folder)/0001_roles.sql"))
            try file.seekToEnd()
            try file.write(contentsOf: Data("-- one line more\n".utf8))
            return try ask("migrate", "up", "--folder", folder, of: migrated)
        },
        Mistake("a server that only reads", status: 1, tried: "cannot execute INSERT", came: "in a read-only transaction", next: "name the primary") {
            let conninfo = try GuardedCluster.conninfo("user=postgres options='-c default_transaction_read_only=on'")
            return try debrief("tenant", "create", "--name", "A", environment: ["DEBRIEF_ADMIN_DATABASE": conninfo])
        },
        Mistake(
            "a role without the rights of an admin",
            status: 1,
            tried: "set role \"debrief_owner\"",
            came: "permission denied",
            next: "has run migrate up"
        ) {
            let conninfo = try GuardedCluster.conninfo("user=without_rights")
            return try debrief("tenant", "list", environment: ["DEBRIEF_ADMIN_DATABASE": conninfo])
        },
    ]
}
