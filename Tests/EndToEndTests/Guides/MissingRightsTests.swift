import Foundation
import Support
import Testing

@Suite("migrate up by somebody who lacks a right")
struct MissingRightsTests {
    /// What is taken away, and what `migrate up` says of it.
    struct Loss: Sendable, CustomTestStringConvertible {
        /// The number of the files that have been applied before.
        var applied = 0
        /// As a superuser.
        let sql: String
        /// What is needed, in order.
        let needs: [String]
        let remedies: [String]

        var testDescription: String { needs.joined(separator: ", ") }
    }

    private static let ownership = "ownership of database DB for role admin"
    private static let own = "ALTER DATABASE DB OWNER TO admin"

    /// Of a database of the role `admin`, who has CREATEROLE and nothing else.
    static let losses: [Loss] = [
        Loss(sql: "alter role admin nocreaterole", needs: ["CREATEROLE for role admin"], remedies: ["ALTER ROLE admin CREATEROLE"]),
        Loss(sql: "alter database DB owner to postgres", needs: [ownership], remedies: [own]),
        Loss(
            sql: "alter role admin nocreaterole; alter database DB owner to postgres; revoke usage on language plpgsql from public",
            needs: [
                "CREATEROLE for role admin", ownership, "USAGE on language plpgsql for role admin", "USAGE on language plpgsql for role public",
            ],
            remedies: [
                "ALTER ROLE admin CREATEROLE", own, "GRANT USAGE ON LANGUAGE plpgsql TO admin", "GRANT USAGE ON LANGUAGE plpgsql TO public",
            ]
        ),
        // As in a database that was made before PostgreSQL 15.
        Loss(
            sql: "alter schema public owner to postgres; grant create on schema public to public",
            needs: ["ownership of schema public for role admin"],
            remedies: ["ALTER SCHEMA public OWNER TO pg_database_owner"]
        ),
        Loss(
            sql: "revoke create on schema public from pg_database_owner",
            needs: ["CREATE on schema public for role admin"],
            remedies: ["GRANT CREATE ON SCHEMA public TO admin"]
        ),
        Loss(
            sql: "revoke usage on schema public from public; revoke usage on schema public from pg_database_owner",
            needs: ["USAGE on schema public for role admin"],
            remedies: ["GRANT USAGE ON SCHEMA public TO admin"]
        ),
        Loss(
            sql: "drop schema public",
            needs: ["a schema public in database DB"],
            remedies: ["CREATE SCHEMA public AUTHORIZATION pg_database_owner"]
        ),
        // The roles are another database's, too, but they have lost a setting.
        Loss(
            applied: 8,
            sql: "drop owned by debrief_owner, debrief_platform, debrief_api; drop table debrief_migrations; alter role debrief_api reset jit; "
                + "alter role admin nocreaterole",
            needs: ["CREATEROLE for role admin"],
            remedies: ["ALTER ROLE admin CREATEROLE"]
        ),
        Loss(
            applied: 8,
            sql: "drop owned by debrief_owner, debrief_platform, debrief_api; drop table debrief_migrations; revoke debrief_owner from admin; "
                + "alter role admin nocreaterole",
            needs: ["membership in debrief_owner for role admin"],
            remedies: ["GRANT debrief_owner TO admin"]
        ),
        // Later ones.
        Loss(
            applied: 4,
            sql: "revoke debrief_owner from admin",
            needs: ["membership in debrief_owner for role admin"],
            remedies: ["GRANT debrief_owner TO admin"]
        ),
        Loss(
            applied: 4,
            sql: "alter table debrief_migrations owner to postgres",
            needs: ["SELECT on table debrief_migrations for role admin"],
            remedies: ["GRANT SELECT ON public.debrief_migrations TO admin"]
        ),
        Loss(
            applied: 4,
            sql: "alter table debrief_migrations owner to postgres; grant select on debrief_migrations to admin",
            needs: ["INSERT on table debrief_migrations for role admin"],
            remedies: ["GRANT INSERT ON public.debrief_migrations TO admin"]
        ),
        Loss(
            applied: 4,
            sql: "revoke create on schema public from debrief_owner",
            needs: ["USAGE and CREATE on schema public for role debrief_owner"],
            remedies: ["GRANT USAGE, CREATE ON SCHEMA public TO debrief_owner"]
        ),
        Loss(
            applied: 4,
            sql: "revoke usage on language plpgsql from public",
            needs: ["USAGE on language plpgsql for role admin", "USAGE on language plpgsql for role debrief_owner"],
            remedies: ["GRANT USAGE ON LANGUAGE plpgsql TO admin", "GRANT USAGE ON LANGUAGE plpgsql TO debrief_owner"]
        ),
        Loss(
            applied: 4,
            sql: "alter table sessions owner to admin; alter table users owner to admin; alter function authenticate owner to admin",
            needs: [
                "ownership of table sessions for role debrief_owner", "ownership of table users for role debrief_owner",
                "ownership of function authenticate for role debrief_owner",
            ],
            remedies: [
                "ALTER TABLE public.sessions OWNER TO debrief_owner", "ALTER TABLE public.users OWNER TO debrief_owner",
                "ALTER FUNCTION public.authenticate(token_hash bytea, required_scope text, OUT outcome text, OUT token_id uuid, OUT tenant_id uuid) "
                    + "OWNER TO debrief_owner",
            ]
        ),
    ]

    @Test("says in one line all that is missing and what gives it, and has changed nothing; once it is given, all ends well")
    func losses() throws {
        let cluster = try Cluster(migrated: false)
        defer { try? cluster.stop() }
        for loss in Self.losses { try expect(loss, on: cluster) }
        Run.report("migrate up: \(Self.losses.count) rights taken away, each named with what gives it back")
    }

    @Test("is answered as the README shows it")
    func example() throws {
        let shown = try #require(Guide("### An existing PostgreSQL").blocks.first { $0.hasPrefix("debrief: ") })
        #expect("\(shown)\n".replacing(ManagedServer.admin, with: "admin") == Self.line(Self.losses[0]))
    }

    private static func line(_ loss: Loss) -> String {
        "debrief: migrate up needs \(loss.needs.joined(separator: ", ")), and has changed nothing; as a superuser or the server's admin, run: "
            + "\(loss.remedies.joined(separator: "; "))\n"
    }

    /// Expects that it is said, and is all.
    private func expect(_ loss: Loss, on cluster: Cluster) throws {
        let database = try prepare(loss, on: cluster)
        let admin = ["DEBRIEF_ADMIN_DATABASE": database.conninfo(user: "admin")]
        let before = try state(of: database)
        let (status, output, errors) = try database.debrief(Self.up, environment: admin)
        #expect(status == 1 && output.isEmpty, "\(loss)")
        #expect(errors == Self.line(loss).replacing("DB", with: database.name))
        #expect(try state(of: database) == before, "\(loss)")

        // What the line says, word for word; the admin of a server may know no more.
        try database.script(String(errors.split(separator: "run: ", maxSplits: 1).last ?? ""))
        var again = try database.debrief(Self.up, environment: admin)
        if loss.needs.contains(where: { $0.hasPrefix("SELECT") || $0.hasPrefix("USAGE on schema") || $0.hasPrefix("a schema") }) {
            // Who may not read what was applied cannot know what is pending.
            if let more = again.errors.split(separator: "run: ", maxSplits: 1).dropFirst().last { try database.script(String(more)) }
            again = try database.debrief(Self.up, environment: admin)
        }
        #expect(again.status == 0, "\(loss): \(again.errors)")
        let check = try database.debrief(["check"], environment: admin)
        #expect(check.status == 0, "\(loss): \(check.output)")
    }

    private static let up = ["migrate", "up", "--folder", "\(Run.repository)/migrations"]

    /// A database as it is before the loss, and then after it; the server knows of no other.
    private func prepare(_ loss: Loss, on cluster: Cluster) throws -> Database {
        let database = try cluster.makeEmptyDatabase()
        let superuser = try cluster.superuser()
        for other in try superuser.sql("select datname from pg_database where datname like 'empty_%'") where other[0] != database.name {
            try superuser.sql("drop database \(other[0] ?? "") with (force)")
        }
        for role in ["debrief_api", "debrief_platform", "debrief_owner", "admin"] { try superuser.sql("drop role if exists \(role)") }
        try superuser.sql("create role admin login createrole")
        try superuser.sql("alter database \(database.name) owner to admin")
        if loss.applied > 0 {
            let folder = "\(Run.repository)/migrations"
            let names = try FileManager.default.contentsOfDirectory(atPath: folder).sorted().prefix(loss.applied)
            let files = try names.map { ($0, try String(contentsOfFile: "\(folder)/\($0)", encoding: .utf8)) }
            let applied = try database.debrief(
                ["migrate", "up", "--folder", MigrationFolder(Dictionary(uniqueKeysWithValues: files)).path],
                environment: ["DEBRIEF_ADMIN_DATABASE": database.conninfo(user: "admin")]
            )
            try #require(applied.status == 0, "\(applied.errors)")
        }
        try database.script(loss.sql.replacing("DB", with: database.name))
        return database
    }

    /// What a migration could change of the database and of the roles.
    private func state(of database: Database) throws -> [String?] {
        try [
            "select relname, relnamespace, relowner, relacl from pg_class where relnamespace::regnamespace::text !~ '^pg_' and relkind <> 't'",
            "select proname, proowner, proacl, md5(prosrc) from pg_proc where pronamespace::regnamespace::text !~ '^pg_'",
            "select nspname, nspowner, nspacl from pg_namespace where nspname !~ '^pg_(toast|temp)'",
            "select polname, polrelid, polroles from pg_policy",
            "select datname, datdba, datacl from pg_database where datname = current_database()",
            "select rolname, rolcreaterole, rolcanlogin from pg_roles where rolname !~ '^pg_'",
            "select * from pg_db_role_setting",
            "select * from pg_auth_members",
            "select * from pg_default_acl",
            "select lanname, lanacl from pg_language",
        ].map { try database.value("select coalesce(string_agg(x::text, chr(10) order by x::text), '') from (\($0)) as x") }
    }
}
