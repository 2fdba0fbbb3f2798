import Foundation
import Support

extension Mistake {
    /// A command of an admin's with a connection string.
    private static func tenants(_ conninfo: String) throws -> Answer {
        try debrief("tenant", "list", environment: ["DEBRIEF_ADMIN_DATABASE": conninfo])
    }

    private static func guarded(_ more: String, database: String = "debrief_template") throws -> Answer {
        try tenants(GuardedCluster.conninfo(more, database: database))
    }

    private static let tried = "cannot reach the database of DEBRIEF_ADMIN_DATABASE in the environment"

    /// A database that is not there, or lets nobody in.
    static let connections: [Mistake] =
        [
            Mistake(
                "a database that does not run",
                status: 1,
                tried: tried,
                came: "No such file or directory",
                next: "start PostgreSQL, or mend host"
            ) {
                try tenants("host=\(Run.makeFolder("nothing", for: .invoker))")
            },
            Mistake(
                "a port that nobody listens at",
                status: 1,
                tried: tried,
                came: "Connection refused",
                next: "start PostgreSQL, or mend host and port"
            ) {
                try tenants("host=127.0.0.1 port=\(freePorts(1)[0])")
            },
            Mistake(
                "a host that nobody knows",
                status: 1,
                tried: tried,
                came: "\"db.debrief.invalid\"",
                next: "mend the host's name in DEBRIEF_ADMIN_DATABASE"
            ) {
                try tenants("host=db.debrief.invalid")
            },
            Mistake(
                "no connection string at all",
                status: 1,
                tried: "since DEBRIEF_ADMIN_DATABASE is not set",
                came: "No such file or directory",
                next: "start"
            ) {
                try debrief("tenant", "list", environment: ["PGHOST": Run.makeFolder("nothing", for: .invoker)])
            },
            Mistake(
                "a connection string of a settings file",
                status: 1,
                tried: "debrief.conf, line 2",
                came: "No such file or directory",
                next: "start PostgreSQL"
            ) {
                let folder = Run.makeFolder("mistake", for: .invoker)
                try "\nDEBRIEF_ADMIN_DATABASE=host=\(folder)\n".write(toFile: "\(folder)/debrief.conf", atomically: false, encoding: .utf8)
                return try debrief("tenant", "list", "--config", "\(folder)/debrief.conf")
            },
            Mistake("a wrong password", status: 1, tried: tried, came: "password authentication failed for user \"known\"", next: "psql: \\password")
            {
                try guarded("user=known password=\(GuardedCluster.password.lowercased())")
            },
            Mistake("no password", status: 1, tried: tried, came: "no password supplied", next: "put the password into ~/.pgpass") {
                try guarded("user=known")
            },
            Mistake("a password with a blank", status: 1, tried: tried, came: "libpq cannot use the connection string", next: "in single quotes") {
                try guarded("user=known password=\(GuardedCluster.password) more")
            },
            Mistake("a role that is not there", status: 1, tried: tried, came: "role \"nobody_here\" does not exist", next: "or mend user in") {
                try guarded("user=nobody_here")
            },
            Mistake("a database that is not there", status: 1, tried: tried, came: "database \"debreif\" does not exist", next: "or mend dbname in") {
                try guarded("user=postgres", database: "debreif")
            },
            Mistake(
                "a role that pg_hba.conf rejects",
                status: 1,
                tried: tried,
                came: "pg_hba.conf rejects connection",
                next: "that rejects this host"
            ) {
                try guarded("user=rejected")
            },
            Mistake("a role that may not log in", status: 1, tried: tried, came: "is not permitted to log in", next: "alter the role to LOGIN") {
                try guarded("user=without_login")
            },
            Mistake(
                "too many connections",
                status: 1,
                tried: tried,
                came: "too many connections for role \"crowded\"",
                next: "raise the connection limit"
            ) {
                try guarded("user=crowded")
            },
            Mistake(
                "TLS with a server that has none",
                status: 1,
                tried: tried,
                came: "server does not support SSL",
                next: "turn ssl on in the server"
            ) {
                try guarded("host=127.0.0.1 user=postgres sslmode=require")
            },
            Mistake(
                "a database of the workers that does not run",
                status: 1,
                tried: "fail  database: ",
                came: "No such file or directory",
                next: "start PostgreSQL, or mend host and port in DEBRIEF_DATABASE"
            ) {
                let environment = [
                    "DEBRIEF_DATABASE": "host=\(Run.makeFolder("nothing", for: .invoker))", "PATH": try Machine.path(nginx: "1.22.1-9+deb12u11"),
                ]
                let check = try run([Run.binary, "check"], environment: environment)
                let lines = check.output.split(separator: "\n").filter { $0.hasPrefix("fail") }
                return Answer(status: check.status, text: lines.joined(separator: "\n") + "\n" + check.errors)
            },
        ]
        + (GuardedCluster.networkAddress.map { address in
            [
                Mistake(
                    "a host that pg_hba.conf does not have",
                    status: 1,
                    tried: tried,
                    came: "no pg_hba.conf entry",
                    next: "add a line for this host"
                ) {
                    try guarded("host=\(address) user=postgres")
                }
            ]
        } ?? [])
}
