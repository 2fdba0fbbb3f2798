import Foundation
import Support

/// A PostgreSQL that does not let everybody in: roles of each kind that is refused, and TCP beside its socket.
enum GuardedCluster {
    /// The role `known` has it.
    static let password = {
        let password = "Known" + UUID().uuidString.filter { $0 != "-" }
        Secrets.note(password: password)
        return password
    }()

    /// The port on 127.0.0.1, and on the address of this machine that others see.
    static let port = Result { try freePorts(1)[0] }

    /// The first address of this machine that is not its own alone; nil where it has none.
    static let networkAddress: String? = {
        let listed = try? run(["/usr/bin/hostname", "-I"])
        return listed?.output.split(whereSeparator: \.isWhitespace).map(String.init).first { $0.contains(".") && !$0.hasPrefix("127.") }
    }()

    /// The role `known` needs a password, everybody else none, but that `rejected` is never let in; on the network there is none but debrief_api.
    static let shared = Result {
        let address = networkAddress
        let cluster = try Cluster(
            options: Cluster.Options(
                port: port.get(),
                settings: ["listen_addresses": (["127.0.0.1"] + [address].compactMap(\.self)).joined(separator: ",")],
                access: [
                    "local all known scram-sha-256", "local all rejected reject", "host all rejected all reject",
                ] + (address.map { ["host all debrief_api \($0)/32 trust"] } ?? [])
            )
        )
        try cluster.superuser().script(
            """
            create role known login password '\(password)';
            create role rejected login;
            create role without_login nologin;
            create role crowded login connection limit 0;
            create role without_rights login;
            """
        )
        return cluster
    }

    /// A connection string for one of its databases, by its socket unless something else is said.
    static func conninfo(_ more: String, database: String = "debrief_template") throws -> String {
        try "host=\(shared.get().socketFolder) port=\(port.get()) dbname=\(database) \(more)"
    }
}
