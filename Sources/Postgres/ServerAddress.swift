import CPostgres
import Glibc
import Waiting

/// A server that a connection is tried with: an entry of libpq's lists `host`, `hostaddr` and `port`, whose meaning it has
/// (<https://www.postgresql.org/docs/15/libpq-connect.html#LIBPQ-MULTIPLE-HOSTS>).
struct ServerAddress {
    /// A name, which certificates are compared with, an address, the folder of a socket, or empty.
    var host: String
    /// The address behind a name; empty where `host` says where the server is.
    var address: String
    /// Empty for the usual one.
    var port: String

    /// The servers that a connection is to be tried with, in order, every name looked up; nil where libpq can have the parameters as they are, which
    /// is so for paths and addresses, and for lists that do not fit each other, since libpq has words for that.
    ///
    /// A name that cannot be looked up is passed over, as libpq does, unless it was the last.
    static func all(_ parameters: [(String, String)], until deadline: Deadline) throws(PostgresError) -> [ServerAddress]? {
        let listed = listed(parameters)
        guard listed.contains(where: \.needsLookup) || listed.count > 1 else { return nil }
        var servers: [ServerAddress] = []
        var failure: PostgresError?
        for (index, server) in listed.enumerated() {
            guard server.needsLookup else {
                servers.append(server)
                continue
            }
            do throws(PostgresError) {
                for address in try NameLookup.addresses(of: server.host, until: deadline.share(of: listed.count - index)) {
                    servers.append(ServerAddress(host: server.host, address: address, port: server.port))
                }
            } catch {
                failure = error
            }
        }
        if servers.isEmpty, let failure { throw failure }
        return servers.isEmpty ? nil : servers
    }

    /// What overrides the lists, for these servers alone.
    static func parameters(_ servers: ArraySlice<ServerAddress>) -> [(String, String)] {
        [
            ("host", servers.map(\.host).joined(separator: ",")),
            ("hostaddr", servers.map(\.address).joined(separator: ",")),
            ("port", servers.map(\.port).joined(separator: ",")),
        ]
    }

    private var needsLookup: Bool {
        guard address.isEmpty, !host.isEmpty, !host.hasPrefix("/"), !host.hasPrefix("@") else { return false }
        var buffer = in6_addr()
        return inet_pton(AF_INET, host, &buffer) != 1 && inet_pton(AF_INET6, host, &buffer) != 1
    }

    /// The entries of the lists; none where libpq cannot make entries of them.
    private static func listed(_ parameters: [(String, String)]) -> [ServerAddress] {
        let options = options(parameters)
        func list(_ keyword: String) -> [String] {
            options[keyword].map { $0.isEmpty ? [] : $0.split(separator: ",", omittingEmptySubsequences: false).map(String.init) } ?? []
        }
        let (hosts, addresses, ports) = (list("host"), list("hostaddr"), list("port"))
        let count = max(hosts.count, addresses.count)
        guard [0, count].contains(hosts.count), [0, count].contains(addresses.count), [0, 1, count].contains(ports.count) else { return [] }
        return (0..<count).map { index in
            ServerAddress(
                host: hosts.isEmpty ? "" : hosts[index],
                address: addresses.isEmpty ? "" : addresses[index],
                port: ports.count > 1 ? ports[index] : ports.first ?? ""
            )
        }
    }

    /// What a connection string, libpq's environment and its service file say together of where the servers are.
    ///
    /// libpq tells that of a connection alone, and to begin one would begin with the first name. So it is told, too, what it has to refuse, which it
    /// finds when all has been read and nothing done yet.
    private static func options(_ parameters: [(String, String)]) -> [String: String] {
        let all = parameters + [("gssencmode", "none, since this is no connection")]
        let keywords = CStringArray(all.map(\.0))
        let values = CStringArray(all.map(\.1))
        guard let handle = PQconnectStartParams(keywords.pointers, values.pointers, 1) else { return [:] }
        defer { PQfinish(handle) }
        guard let first = PQconninfo(handle) else { return [:] }
        defer { PQconninfoFree(first) }
        var options: [String: String] = [:]
        var option = first
        while let keyword = option.pointee.keyword {
            let name = String(cString: keyword)
            if ["host", "hostaddr", "port"].contains(name) { options[name] = option.pointee.val.map { String(cString: $0) } ?? "" }
            option += 1
        }
        return options
    }
}
