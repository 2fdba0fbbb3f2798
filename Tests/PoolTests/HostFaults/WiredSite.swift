import Foundation
import Support
import Testing

/// A pool with a wire between it and its database, over which it speaks TCP and, where it is told to, TLS.
struct WiredSite {
    /// The name that the certificate is for.
    static let serverName = "db.debrief.test"

    private static let shared = Swift.Result { try Server() }

    let wire: Wire
    let cluster: Cluster
    let site: Site

    /// One server for all tests: they are of one suite, one after the other.
    private struct Server {
        let wire: Wire
        let cluster: Cluster

        init() throws {
            wire = try Wire()
            try wire.setNames([WiredSite.serverName: Wire.serverAddress])
            let certificate = try Certificates.shared.get().make(.right)
            cluster = try Cluster(
                options: Cluster.Options(
                    settings: ["listen_addresses": Wire.serverAddress, "ssl": "on"],
                    access: ["host all all \(Wire.poolAddress)/32 trust"],
                    launcher: wire.atServer,
                    files: ["server.crt": certificate.certificate, "server.key": certificate.key]
                )
            )
        }
    }

    /// Starts the pool, and waits until it serves.
    ///
    /// - Parameter conninfo: what the connection string says beside database and role.
    init(_ conninfo: String, workers: Int = 2, settings: [String: String] = [:]) throws {
        let server = try Self.shared.get()
        (wire, cluster) = (server.wire, server.cluster)
        try wire.setNames([Self.serverName: Wire.serverAddress])
        let site = try Site(cluster: cluster, workers: workers, settings: settings)
        self.site = site
        // Its first master, which has not seen the wire.
        let master = site.deployment.master
        master.send(SIGTERM)
        guard master.wait(seconds: 20) != nil else { throw ChildProcess.Failure(description: "the master did not end") }
        try site.deployment.startMaster(
            settings: ["DEBRIEF_DATABASE": "\(conninfo) dbname=\(site.database.name) user=debrief_api"],
            wrapper: wire.atPool + Account.debrief.prefix,
            as: .invoker
        )
        try eventually(within: 30) { (try? site.page())?.status == 200 }
        try eventually(within: 30) { site.deployment.workers.count == workers }
    }

    /// Ends every connection of the pool, so that it has to make new ones.
    func disconnect() throws {
        try site.database.sql(
            "select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and application_name = 'debrief'"
        )
    }
}
