import Foundation
import Support

/// A PostgreSQL server of its own that wants a password of the workers' role.
struct PasswordCluster {
    let cluster: Cluster
    let database: Database
    let token: String
    /// A connection string without a password.
    let conninfo: String

    init(password: String) throws {
        cluster = try Cluster()
        database = try cluster.makeDatabase()
        token = try database.makeToken(tenant: database.demoTenant())
        conninfo = "host=\(cluster.socketFolder) dbname=\(database.name) user=debrief_api"
        try change(to: password)
        let path = "\(cluster.socketFolder)/data/pg_hba.conf"
        let trusted = try String(contentsOfFile: path, encoding: .utf8)
        try "local all debrief_api scram-sha-256\n\(trusted)".write(toFile: path, atomically: false, encoding: .utf8)
        try database.sql("select pg_reload_conf()")
        // The server has read it when it asks for one.
        try eventually { (try? database.connect(user: "debrief_api")) == nil }
    }

    /// Gives the role another password, and ends the connections that have been made with the old one.
    func change(to password: String) throws {
        try database.sql("alter role debrief_api password '\(password)'")
        try database.sql("select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'debrief'")
    }
}
